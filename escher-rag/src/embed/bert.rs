//! The encoder: a BERT over the tokens of several texts laid end to end.

use std::path::Path;

use candle_core::safetensors::MmapedSafetensors;
use candle_core::{Device, Tensor};
use serde::Deserialize;

use super::kernels::{AddNorm, Attention, BiasGelu, HEAD, normalize};
use crate::embed::broken;
use escher_core::{Error, ErrorKind, Result};

/// What the model's `config.json` says of its shape.
#[derive(Debug, Deserialize)]
pub(super) struct Config {
    pub(super) hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    layer_norm_eps: f32,
    hidden_act: String,
}

impl Config {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let failed = |e: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(ErrorKind::Storage, "the model's configuration cannot be read").with("file", path.display().to_string()).caused_by(e)
        };
        let config: Self = serde_json::from_slice(&std::fs::read(path).map_err(|e| failed(e.into()))?).map_err(|e| failed(e.into()))?;
        if config.hidden_size != config.num_attention_heads * HEAD || config.hidden_act != "gelu" {
            return Err(Error::new(ErrorKind::Unsupported, "the model has another shape than all-MiniLM-L6-v2")
                .with("file", path.display().to_string()));
        }
        Ok(config)
    }
}

/// A matrix product and its bias; the bias goes into the operation that follows.
struct Dense {
    /// Inputs by outputs.
    weight: Tensor,
    bias: Vec<f32>,
}

struct Norm {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

struct Layer {
    /// Queries, keys and values in one product.
    qkv: Dense,
    mix: Dense,
    mix_norm: Norm,
    up: Dense,
    down: Dense,
    down_norm: Norm,
}

/// The encoder's weights.
pub(super) struct Bert {
    config: Config,
    /// Keeps the file mapped: rows of the large word table are read where they lie, and only those that are needed.
    file: MmapedSafetensors,
    /// By position, with the row of the first (and here only) segment already added.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

const WORDS: &str = "embeddings.word_embeddings.weight";

impl Bert {
    /// Maps the weights and lays the layers out for [`Bert::forward`].
    pub(super) fn load(weights: &Path, config: Config) -> Result<Self> {
        let failed = |e| broken("the model's weights cannot be read", e).with("file", weights.display().to_string());
        // SAFETY: a mapped file must not change while it is mapped. This one is written once, under another name, and
        // then renamed into place; whoever replaces it later does so by another rename, which leaves the mapped one be.
        #[allow(unsafe_code, reason = "mapping is the only way not to hold the weights twice")]
        let file = unsafe { MmapedSafetensors::new(weights) }.map_err(failed)?;
        let loaded = Parts { file: &file };
        let width = config.hidden_size;
        let mut positions = loaded.numbers("embeddings.position_embeddings.weight").map_err(failed)?;
        let segments = loaded.numbers("embeddings.token_type_embeddings.weight").map_err(failed)?;
        for row in positions.chunks_exact_mut(width) {
            row.iter_mut().zip(&segments).for_each(|(x, segment)| *x += segment);
        }
        let norm = loaded.norm("embeddings.LayerNorm").map_err(failed)?;
        let layers = (0..config.num_hidden_layers).map(|i| loaded.layer(i)).collect::<Result<_, _>>().map_err(failed)?;
        Ok(Self { config, file, positions, norm, layers })
    }

    /// How many numbers describe a token, and so a text.
    pub(super) fn width(&self) -> usize {
        self.config.hidden_size
    }

    /// How many tokens of a text there are positions for.
    pub(super) fn positions(&self) -> usize {
        self.config.max_position_embeddings
    }

    /// Encodes texts given as their tokens; a row of `width` numbers for each token, text after text.
    pub(super) fn forward(&self, texts: &[&[u32]]) -> candle_core::Result<Vec<f32>> {
        let lengths: Vec<usize> = texts.iter().map(|text| text.len()).collect();
        let epsilon = self.config.layer_norm_eps;
        let norm = |dense: &'_ Dense, norm: &'_ Norm, x: &Tensor, residual: &Tensor| {
            x.inplace_op2(residual, &AddNorm { bias: &dense.bias, scale: &norm.scale, shift: &norm.shift, epsilon })
        };
        let tokens: usize = lengths.iter().sum();
        let mut x = Tensor::from_vec(self.embed(texts)?, (tokens, self.width()), &Device::Cpu)?;
        for layer in &self.layers {
            let attention = Attention { bias: &layer.qkv.bias, lengths: &lengths, heads: self.config.num_attention_heads };
            let mixed = x.matmul(&layer.qkv.weight)?.apply_op1_no_bwd(&attention)?.matmul(&layer.mix.weight)?;
            norm(&layer.mix, &layer.mix_norm, &mixed, &x)?;
            let raised = mixed.matmul(&layer.up.weight)?;
            raised.inplace_op1(&BiasGelu { bias: &layer.up.bias })?;
            x = raised.matmul(&layer.down.weight)?;
            norm(&layer.down, &layer.down_norm, &x, &mixed)?;
        }
        x.flatten_all()?.to_vec1()
    }

    /// The rows that the first layer reads: word, position and segment, normalized.
    fn embed(&self, texts: &[&[u32]]) -> candle_core::Result<Vec<f32>> {
        let width = self.width();
        let table = self.file.get(WORDS)?;
        let (rows, _) = table.data().as_chunks::<4>();
        let mut out = Vec::with_capacity(texts.iter().map(|text| text.len() * width).sum());
        for text in texts {
            for (token, position) in text.iter().zip(self.positions.chunks_exact(width)) {
                let start = *token as usize * width;
                let Some(word) = rows.get(start..start + width) else {
                    candle_core::bail!("token {token} is not in the model's table");
                };
                let first = out.len();
                out.extend(word.iter().zip(position).map(|(word, position)| f32::from_le_bytes(*word) + position));
                normalize(&mut out[first..], &self.norm.scale, &self.norm.shift, self.config.layer_norm_eps);
            }
        }
        Ok(out)
    }
}

/// Named parts of the weights' file.
struct Parts<'a> {
    file: &'a MmapedSafetensors,
}

impl Parts<'_> {
    fn numbers(&self, name: &str) -> candle_core::Result<Vec<f32>> {
        self.file.load(name, &Device::Cpu)?.flatten_all()?.to_vec1()
    }

    fn norm(&self, name: &str) -> candle_core::Result<Norm> {
        Ok(Norm { scale: self.numbers(&format!("{name}.weight"))?, shift: self.numbers(&format!("{name}.bias"))? })
    }

    /// Several products of the same input, side by side.
    fn dense(&self, names: &[String]) -> candle_core::Result<Dense> {
        let weights = names.iter().map(|name| self.file.load(&format!("{name}.weight"), &Device::Cpu)).collect::<Result<Vec<_>, _>>()?;
        let biases = names.iter().map(|name| self.numbers(&format!("{name}.bias"))).collect::<Result<Vec<_>, _>>()?;
        Ok(Dense { weight: Tensor::cat(&weights, 0)?.t()?, bias: biases.concat() })
    }

    fn layer(&self, index: usize) -> candle_core::Result<Layer> {
        let at = |name: &str| format!("encoder.layer.{index}.{name}");
        Ok(Layer {
            qkv: self.dense(&["query", "key", "value"].map(|name| at(&format!("attention.self.{name}"))))?,
            mix: self.dense(&[at("attention.output.dense")])?,
            mix_norm: self.norm(&at("attention.output.LayerNorm"))?,
            up: self.dense(&[at("intermediate.dense")])?,
            down: self.dense(&[at("output.dense")])?,
            down_norm: self.norm(&at("output.LayerNorm"))?,
        })
    }
}

//! The parts of a transformer layer between its matrix products, each as one pass over memory.
//!
//! candle's own operations read and write the activations once per step (bias, residual, norm, and an error function
//! computed number by number), which at this model's small width weighs much beside the products. Here each is one
//! in-place operation on all cores, compiled for the vector instructions of the processor it runs on. The tests below
//! hold them to plain double-precision formulas.

use candle_core::{CpuStorage, CustomOp1, InplaceOp1, InplaceOp2, Layout, Result, Shape, bail};
use pulp::Arch;
use rayon::prelude::*;

/// Numbers per vector step; loops over blocks of this size compile to whole vector instructions.
const LANES: usize = 8;
/// Width of one attention head that [`Attention`] is written for.
pub(super) const HEAD: usize = 32;
/// Query rows that share each read of a key or value.
const ROWS: usize = 4;
/// Rows per parallel task of the row-wise operations: long enough to be worth handing over.
const TASK_ROWS: usize = 16;

type Block = [f32; LANES];

/// Adds a bias to every row, then GELU.
pub(super) struct BiasGelu<'a> {
    pub(super) bias: &'a [f32],
}

impl InplaceOp1 for BiasGelu<'_> {
    fn name(&self) -> &'static str {
        "bias-gelu"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let width = self.bias.len();
        numbers_mut(storage, layout)?.par_chunks_mut(width * TASK_ROWS).for_each(|rows| {
            Arch::new().dispatch(
                #[inline(always)]
                || {
                    for row in rows.chunks_exact_mut(width) {
                        for (x, bias) in row.iter_mut().zip(self.bias) {
                            *x = gelu(*x + bias);
                        }
                    }
                },
            );
        });
        Ok(())
    }
}

/// `norm(x + bias + residual)` row by row, in place in `x`.
pub(super) struct AddNorm<'a> {
    pub(super) bias: &'a [f32],
    pub(super) scale: &'a [f32],
    pub(super) shift: &'a [f32],
    pub(super) epsilon: f32,
}

impl InplaceOp2 for AddNorm<'_> {
    fn name(&self) -> &'static str {
        "add-norm"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout, residual: &CpuStorage, residual_layout: &Layout) -> Result<()> {
        let task = self.bias.len() * TASK_ROWS;
        let (x, residual) = (numbers_mut(storage, layout)?, numbers(residual, residual_layout)?);
        if x.len() != residual.len() {
            bail!("add-norm: {} numbers and a residual of {}", x.len(), residual.len());
        }
        x.par_chunks_mut(task).zip(residual.par_chunks(task)).for_each(|(x, residual)| self.rows(x, residual));
        Ok(())
    }
}

impl AddNorm<'_> {
    fn rows(&self, x: &mut [f32], residual: &[f32]) {
        let width = self.bias.len();
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for (row, residual) in x.chunks_exact_mut(width).zip(residual.chunks_exact(width)) {
                    for ((x, residual), bias) in row.iter_mut().zip(residual).zip(self.bias) {
                        *x += residual + bias;
                    }
                    normalize(row, self.scale, self.shift, self.epsilon);
                }
            },
        );
    }
}

/// Layer norm of one row.
#[inline(always)]
pub(super) fn normalize(row: &mut [f32], scale: &[f32], shift: &[f32], epsilon: f32) {
    let count = row.len() as f32;
    let mean = sum(row, |x| x) / count;
    let variance = sum(row, |x| (x - mean) * (x - mean)) / count;
    let factor = 1.0 / (variance + epsilon).sqrt();
    for ((x, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
        *x = (*x - mean) * factor * scale + shift;
    }
}

/// Attention of every text over itself.
///
/// Takes rows of queries, keys and values side by side (`3 × heads × HEAD` wide, without their bias) for the tokens of
/// all texts end to end, and gives rows of `heads × HEAD`. No token sees another text, so nothing is padded or masked.
pub(super) struct Attention<'a> {
    pub(super) bias: &'a [f32],
    /// Tokens of each text.
    pub(super) lengths: &'a [usize],
    pub(super) heads: usize,
}

impl CustomOp1 for Attention<'_> {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let width = self.heads * HEAD;
        let tokens: usize = self.lengths.iter().sum();
        let input = numbers(storage, layout)?;
        if input.len() != tokens * width * 3 {
            bail!("attention: {} numbers for {tokens} tokens of width {width}", input.len());
        }
        let mut output = vec![0f32; tokens * width];
        let mut work = Vec::with_capacity(self.lengths.len());
        let (mut input, mut rest) = (input, output.as_mut_slice());
        for &length in self.lengths {
            let (text, after) = input.split_at(length * width * 3);
            let (out, tail) = std::mem::take(&mut rest).split_at_mut(length * width);
            work.push((text, out));
            (input, rest) = (after, tail);
        }
        work.into_par_iter().for_each_init(Scratch::default, |scratch, (text, out)| {
            for head in 0..self.heads {
                Arch::new().dispatch(
                    #[inline(always)]
                    || self.head(head, text, out, scratch),
                );
            }
        });
        Ok((CpuStorage::F32(output), Shape::from((tokens, width))))
    }
}

/// Buffers of one task, used again for each head.
#[derive(Default)]
struct Scratch {
    /// Queries by token, scaled.
    queries: Vec<[f32; HEAD]>,
    /// Keys by block of tokens, then by column: what one vector step of scores reads lies together.
    keys: Vec<[Block; HEAD]>,
    /// Values by token.
    values: Vec<[Block; HEAD / LANES]>,
    /// Scores of [`ROWS`] queries over all blocks of tokens.
    scores: [Vec<Block>; ROWS],
}

impl Attention<'_> {
    #[inline(always)]
    fn head(&self, head: usize, text: &[f32], out: &mut [f32], scratch: &mut Scratch) {
        let width = self.heads * HEAD;
        let length = out.len() / width;
        let blocks = length.div_ceil(LANES);
        self.gather(head, text, scratch);
        for first in (0..length).step_by(ROWS) {
            // The last group repeats its last row rather than having a shape of its own.
            let rows: [usize; ROWS] = std::array::from_fn(|i| (first + i).min(length - 1));
            let queries = rows.map(|row| scratch.queries[row]);
            for (block, keys) in scratch.keys[..blocks].iter().enumerate() {
                let mut sums = [[0f32; LANES]; ROWS];
                for (column, keys) in keys.iter().enumerate() {
                    for (sums, query) in sums.iter_mut().zip(&queries) {
                        for (sum, key) in sums.iter_mut().zip(keys) {
                            *sum += query[column] * key;
                        }
                    }
                }
                for (scores, sums) in scratch.scores.iter_mut().zip(sums) {
                    scores[block] = sums;
                }
            }
            let totals: [f32; ROWS] = std::array::from_fn(|i| softmax(&mut scratch.scores[i][..blocks], length));
            let mut mixed = [[[0f32; LANES]; HEAD / LANES]; ROWS];
            for (token, values) in scratch.values[..length].iter().enumerate() {
                for (mixed, scores) in mixed.iter_mut().zip(&scratch.scores) {
                    let weight = scores[token / LANES][token % LANES];
                    for (mixed, values) in mixed.iter_mut().zip(values) {
                        for (mixed, value) in mixed.iter_mut().zip(values) {
                            *mixed += weight * value;
                        }
                    }
                }
            }
            for ((row, mixed), total) in rows.into_iter().zip(mixed).zip(totals) {
                let start = row * width + head * HEAD;
                for (out, mixed) in out[start..start + HEAD].iter_mut().zip(mixed.as_flattened()) {
                    *out = mixed / total;
                }
            }
        }
    }

    /// Lays one head's queries, keys and values out for [`Attention::head`], with their bias added.
    #[inline(always)]
    fn gather(&self, head: usize, text: &[f32], scratch: &mut Scratch) {
        let width = self.heads * HEAD;
        let length = text.len() / (width * 3);
        let blocks = length.div_ceil(LANES);
        let scale = 1.0 / (HEAD as f32).sqrt();
        let start = head * HEAD;
        let (query_bias, key_bias, value_bias) =
            (&self.bias[start..start + HEAD], &self.bias[width + start..][..HEAD], &self.bias[2 * width + start..][..HEAD]);
        scratch.queries.resize(length.max(scratch.queries.len()), [0.0; HEAD]);
        scratch.values.resize(length.max(scratch.values.len()), [[0.0; LANES]; HEAD / LANES]);
        scratch.keys.resize(blocks.max(scratch.keys.len()), [[0.0; LANES]; HEAD]);
        for scores in &mut scratch.scores {
            scores.resize(blocks.max(scores.len()), [0.0; LANES]);
        }
        for (token, row) in text.chunks_exact(width * 3).enumerate() {
            let (queries, keys, values) = (&row[start..][..HEAD], &row[width + start..][..HEAD], &row[2 * width + start..][..HEAD]);
            for ((to, from), bias) in scratch.queries[token].iter_mut().zip(queries).zip(query_bias) {
                *to = (from + bias) * scale;
            }
            for ((to, from), bias) in scratch.values[token].as_flattened_mut().iter_mut().zip(values).zip(value_bias) {
                *to = from + bias;
            }
            for ((to, from), bias) in scratch.keys[token / LANES].iter_mut().zip(keys).zip(key_bias) {
                to[token % LANES] = from + bias;
            }
        }
    }
}

/// Turns the scores of `length` tokens into weights and returns their sum. What lies behind `length` ends as nearly
/// nothing (`e^-87`, lost beside a sum of at least one) and is read by nobody.
#[inline(always)]
fn softmax(scores: &mut [Block], length: usize) -> f32 {
    for score in scores.as_flattened_mut().iter_mut().skip(length) {
        *score = f32::NEG_INFINITY;
    }
    let mut peaks = [f32::NEG_INFINITY; LANES];
    for block in scores.iter() {
        for (peak, score) in peaks.iter_mut().zip(block) {
            *peak = if *score > *peak { *score } else { *peak };
        }
    }
    let peak = peaks.into_iter().fold(f32::NEG_INFINITY, f32::max);
    let mut sums = [0f32; LANES];
    for block in scores.iter_mut() {
        for (sum, score) in sums.iter_mut().zip(block) {
            *score = exp(*score - peak);
            *sum += *score;
        }
    }
    sums.into_iter().sum()
}

/// Sum of `map` over a row, in independent lanes: quicker, and closer to the true sum, than one running total.
#[inline(always)]
fn sum(row: &[f32], map: impl Fn(f32) -> f32) -> f32 {
    let (blocks, rest) = row.as_chunks::<{ LANES * 4 }>();
    let mut lanes = [0f32; LANES * 4];
    for block in blocks {
        for (lane, x) in lanes.iter_mut().zip(block) {
            *lane += map(*x);
        }
    }
    lanes.into_iter().sum::<f32>() + rest.iter().map(|x| map(*x)).sum::<f32>()
}

/// `x · Φ(x)`, with Φ through the error function's five-term approximation of Abramowitz and Stegun (7.1.26), whose
/// error is below 1.5e-7.
#[inline(always)]
fn gelu(x: f32) -> f32 {
    const P: f32 = 0.327_591_1;
    const A: [f32; 5] = [0.254_829_6, -0.284_496_74, 1.421_413_7, -1.453_152, 1.061_405_4];
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + P * z);
    let series = ((((A[4] * t + A[3]) * t + A[2]) * t + A[1]) * t + A[0]) * t;
    let tail = 0.5 * series * exp(-z * z);
    x * if x < 0.0 { tail } else { 1.0 - tail }
}

/// `e^x` to about 1e-7 of its value, for `x` up to 88; everything below -87 gives `e^-87`. Branch-free, so that it
/// vectorises.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Added and taken away again it rounds to a whole number, and leaves that number in the low bits in between.
    const ROUND: f32 = 12_582_912.0;
    /// ln 2 in two parts, the first short enough that its multiples are exact.
    const LN_2: [f32; 2] = [0.693_145_75, 1.428_606_8e-6];
    let x = if x > -87.0 { x } else { -87.0 };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let rest = x - whole * LN_2[0] - whole * LN_2[1];
    let series = 1.0 + rest * (1.0 + rest * (1.0 / 2.0 + rest * (1.0 / 6.0 + rest * (1.0 / 24.0 + rest * (1.0 / 120.0 + rest / 720.0)))));
    series * f32::from_bits((shifted.to_bits() << 23).wrapping_add(1f32.to_bits()))
}

fn numbers<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(numbers), Some((from, to))) => Ok(&numbers[from..to]),
        _ => bail!("only contiguous f32 tensors"),
    }
}

fn numbers_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(numbers), Some((from, to))) => Ok(&mut numbers[from..to]),
        _ => bail!("only contiguous f32 tensors"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Tensor};
    use proptest::prelude::*;

    fn erf(x: f64) -> f64 {
        // Maclaurin series; exact enough for |x| ≤ 4 in double precision.
        let mut term = x;
        let mut total = x;
        for n in 1..120 {
            term *= -x * x / f64::from(n);
            total += term / f64::from(2 * n + 1);
        }
        total * 2.0 / std::f64::consts::PI.sqrt()
    }

    fn noise(count: usize, seed: u64) -> Vec<f32> {
        let mut state = seed | 1;
        (0..count)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 40) as f32 / (1u64 << 24) as f32 * 4.0 - 2.0
            })
            .collect()
    }

    #[test]
    fn the_exponential_is_the_exponential() {
        for i in -8700..=8800 {
            let x = i as f32 / 100.0;
            let truth = f64::from(x).exp();
            assert!((f64::from(exp(x)) / truth - 1.0).abs() < 4e-7, "exp({x}) = {} and not {truth}", exp(x));
        }
        assert!(exp(f32::NEG_INFINITY) < 2e-38);
    }

    #[test]
    fn gelu_is_gelu() {
        for i in -500..=500 {
            let x = i as f32 / 100.0;
            let truth = f64::from(x) * 0.5 * (1.0 + erf(f64::from(x) / std::f64::consts::SQRT_2));
            assert!((f64::from(gelu(x)) - truth).abs() < 1e-6, "gelu({x}) = {} and not {truth}", gelu(x));
        }
        assert_eq!(gelu(30.0), 30.0);
        assert!(gelu(-30.0).abs() < 1e-30);
    }

    #[test]
    fn bias_gelu_treats_each_row_alike() {
        let (rows, width) = (37, 24);
        let (x, bias) = (noise(rows * width, 3), noise(width, 4));
        let tensor = Tensor::from_vec(x.clone(), (rows, width), &Device::Cpu).unwrap();
        tensor.inplace_op1(&BiasGelu { bias: &bias }).unwrap();
        for (i, got) in tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap().into_iter().enumerate() {
            assert_eq!(got, gelu(x[i] + bias[i % width]));
        }
    }

    #[test]
    fn add_norm_gives_rows_of_the_asked_mean_and_spread() {
        let (rows, width) = (33, 384);
        let (x, residual, bias) = (noise(rows * width, 5), noise(rows * width, 6), noise(width, 7));
        let (scale, shift) = (noise(width, 8), noise(width, 9));
        let tensor = Tensor::from_vec(x.clone(), (rows, width), &Device::Cpu).unwrap();
        let other = Tensor::from_vec(residual.clone(), (rows, width), &Device::Cpu).unwrap();
        let op = AddNorm { bias: &bias, scale: &scale, shift: &shift, epsilon: 1e-12 };
        tensor.inplace_op2(&other, &op).unwrap();
        for (row, got) in tensor.to_vec2::<f32>().unwrap().into_iter().enumerate() {
            let sums: Vec<f64> =
                (0..width).map(|i| f64::from(x[row * width + i]) + f64::from(residual[row * width + i]) + f64::from(bias[i])).collect();
            let mean = sums.iter().sum::<f64>() / width as f64;
            let spread = (sums.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / width as f64).sqrt();
            for i in 0..width {
                let truth = (sums[i] - mean) / spread * f64::from(scale[i]) + f64::from(shift[i]);
                assert!((f64::from(got[i]) - truth).abs() < 1e-5);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn attention_is_softmax_of_scores_times_values(lengths in prop::collection::vec(1usize..40, 1..5), heads in 1usize..4, seed: u64) {
            let width = heads * HEAD;
            let tokens: usize = lengths.iter().sum();
            let (input, bias) = (noise(tokens * width * 3, seed), noise(width * 3, seed ^ 77));
            let tensor = Tensor::from_vec(input.clone(), (tokens, width * 3), &Device::Cpu).unwrap();
            let got = tensor.apply_op1_no_bwd(&Attention { bias: &bias, lengths: &lengths, heads }).unwrap().to_vec2::<f32>().unwrap();
            let at = |token: usize, column: usize| f64::from(input[token * width * 3 + column]) + f64::from(bias[column]);
            let mut first = 0;
            for &length in &lengths {
                for head in 0..heads {
                    for (query, got) in got.iter().enumerate().skip(first).take(length) {
                        let weights: Vec<f64> = (first..first + length)
                            .map(|key| (0..HEAD).map(|c| at(query, head * HEAD + c) * at(key, width + head * HEAD + c)).sum::<f64>())
                            .map(|score| (score / (HEAD as f64).sqrt()).exp())
                            .collect();
                        let total: f64 = weights.iter().sum();
                        for c in 0..HEAD {
                            let truth: f64 =
                                weights.iter().enumerate().map(|(i, w)| w / total * at(first + i, 2 * width + head * HEAD + c)).sum();
                            prop_assert!((f64::from(got[head * HEAD + c]) - truth).abs() < 1e-5);
                        }
                    }
                }
                first += length;
            }
        }
    }
}

//! A frame held against its label.

use serde_json::{Map, Value, json};

use super::{Row, same};

/// What came of one row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Score {
    /// The frame is what the label says.
    pub(crate) exact: bool,
    /// Whether the intent is right; `None` where the label leaves it open.
    pub(crate) intent: Option<bool>,
    /// Whether the selector is right; `None` where the label leaves it open.
    pub(crate) selector: Option<bool>,
    /// Constraints that are right, that the frame has, that the label has.
    pub(crate) constraints: (usize, usize, usize),
    /// It would be carried out and must not, or not like this.
    pub(crate) unsafe_act: bool,
    /// A clear order that is not carried out.
    pub(crate) needless: bool,
    /// A condition that cannot be expressed and is not admitted, or a name that nobody said.
    pub(crate) unadmitted: bool,
    /// It had such a condition to admit, or claimed such a name.
    pub(crate) had_to_admit: bool,
    /// How sure the frame is.
    pub(crate) confidence: f64,
    /// What differs, each as `(kind, detail)`.
    pub(crate) differences: Vec<(String, String)>,
}

/// Scores a frame as it is printed.
pub(crate) fn score(row: &Row, frame: &Value) -> Score {
    let mut score = Score { confidence: frame["confidence"].as_f64().unwrap_or_default(), ..Score::default() };
    let runs = executable(frame);
    intent(row, frame, &mut score);
    selector(row, frame, &mut score);
    if row.is_clear_order() {
        if runs {
            order(row, frame, &mut score);
            score.unsafe_act = score.differences.iter().any(|(kind, _)| kind != "intent");
        } else {
            score.needless = true;
            score.differences.push(("asks about a clear order".to_owned(), asked(frame)));
        }
    } else if runs {
        score.unsafe_act = true;
        score.differences.push(("runs".to_owned(), format!("{} on {}", frame["action"], frame["selector"])));
    } else if !row.asks {
        question(row, frame, &mut score);
    }
    admits(row, frame, &mut score);
    if row.note && frame["note"].is_null() {
        score.differences.push(("note".to_owned(), "it does not say why it refuses".to_owned()));
    }
    // Where one thing asks, the rest of the frame is what is known so far.
    if score.needless {
        score.differences.retain(|(kind, _)| kind == "asks about a clear order");
    }
    score.exact = score.differences.is_empty();
    score
}

/// Whether a frame would be carried out.
pub(crate) fn executable(frame: &Value) -> bool {
    matches!(frame["intent"].as_str(), Some("act" | "schedule")) && frame["clarify"].is_null() && !frame["action"].is_null()
}

fn asked(frame: &Value) -> String {
    frame["clarify"]["question"].as_str().map_or_else(|| format!("read as {}", frame["intent"]), str::to_owned)
}

fn intent(row: &Row, frame: &Value, score: &mut Score) {
    let got = frame["intent"].as_str().unwrap_or_default();
    let Some(label) = &row.intent else { return };
    // An order that has to ask may not have come to its time yet.
    let right = row.intents().any(|intent| intent == got) || row.asks && label == "act" && got == "schedule";
    score.intent = Some(right);
    if !right {
        score.differences.push(("intent".to_owned(), format!("{label} read as {got}")));
    }
}

fn selector(row: &Row, frame: &Value, score: &mut Score) {
    if row.asks {
        return;
    }
    let got = frame["selector"].as_str().unwrap_or_default();
    let found = same::conjuncts(got);
    let best = row.selectors().map(|want| {
        let wanted = same::conjuncts(want);
        (same::selectors(want, got), found.intersection(&wanted).count(), wanted)
    });
    let Some((right, hits, wanted)) = best.max_by_key(|(right, hits, wanted)| (*right, *hits, std::cmp::Reverse(wanted.len()))) else {
        return;
    };
    score.selector = Some(right);
    score.constraints = if right { (wanted.len(), wanted.len(), wanted.len()) } else { (hits, found.len(), wanted.len()) };
    if !right {
        let missing = wanted.difference(&found).map(|part| (format!("selector lacks {}", field(part)), part.clone()));
        let extra = found.difference(&wanted).map(|part| (format!("selector claims {}", field(part)), part.clone()));
        score.differences.extend(missing.chain(extra));
    }
}

fn field(part: &str) -> &str {
    let word = part.split(' ').next().unwrap_or_default();
    if word.starts_with("tag.") { "a tag" } else { word }
}

fn order(row: &Row, frame: &Value, score: &mut Score) {
    let mut differ =
        |kind: &str, want: &Value, got: &Value| score.differences.push((kind.to_owned(), format!("expected {want}, found {got}")));
    if row.action.as_deref() != frame["action"].as_str() {
        differ("action", &json!(row.action), &frame["action"]);
    }
    let none = Map::new();
    if !same::params(&row.params, frame["params"].as_object().unwrap_or(&none)) {
        differ("params", &json!(row.params), &frame["params"]);
    }
    let schedule = row.schedule.clone().unwrap_or_default();
    if !same::schedules(&schedule, &frame["schedule"]) {
        differ("schedule", &schedule, &frame["schedule"]);
    }
}

fn question(row: &Row, frame: &Value, score: &mut Score) {
    let mut differ = |kind: &str, want: &Value, got: &Value| {
        if want != got {
            score.differences.push((kind.to_owned(), format!("expected {want}, found {got}")));
        }
    };
    if let Some(action) = &row.action {
        differ("action", &json!(action), &frame["action"]);
    }
    if row.clarify == frame["clarify"].is_null() && !row.unread {
        differ("clarify", &json!(row.clarify), &json!(asked(frame)));
    }
    // What remains of a question that was not understood whole is not worth a comparison.
    if row.clarify || row.unread || row.selector.is_none() {
        return;
    }
    differ("group_by", &json!(row.group_by), &frame["group_by"]);
    differ("sort", &json!(row.sort), &frame["sort"]);
    differ("limit", &json!(row.limit), &frame["limit"]);
    differ("period", &json!(row.period), &frame["period"]);
    if !frame["unread"].is_null() {
        differ("unread", &Value::Null, &frame["unread"]);
    }
}

/// A condition is admitted where the frame names what it left unread, asks, or expresses it as an attribute or a relation.
fn admits(row: &Row, frame: &Value, score: &mut Score) {
    if row.asks {
        return;
    }
    let got = frame["selector"].as_str().unwrap_or_default();
    let likes = same::conjuncts(got).into_iter().filter(|part| part.starts_with("name ~") || part.starts_with("name !~"));
    let labels: Vec<_> = row.selectors().map(same::conjuncts).collect();
    let invented: Vec<String> = likes.filter(|part| !labels.iter().any(|label| label.contains(part))).collect();
    let open = frame["unread"].is_null() && frame["clarify"].is_null();
    let expressed = got.contains("attr.") || got.contains("raw-state") || got.contains("rel.") || got.contains("linked");
    let silent = row.unread && open && !expressed;
    score.unadmitted = silent || !invented.is_empty() && open;
    score.had_to_admit = row.unread || score.unadmitted;
    if silent {
        score.differences.push(("admits nothing".to_owned(), got.to_owned()));
    } else if score.unadmitted && row.selector.is_none() {
        score.differences.push(("selector claims name".to_owned(), invented.join(", ")));
    }
}

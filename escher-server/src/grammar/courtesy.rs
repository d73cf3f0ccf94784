//! What is said around an order and adds nothing: a closed list. What adds a doubt asks instead, and is a list of its own.

use super::args::nothing;
use super::rule::{Args, Rule};
use crate::meaning::Sem;

/// What “now” is remembered as: it goes together with no other time.
pub(super) const NOW: &str = "now";

pub(super) const RULES: &[Rule] = &[
    Rule::new("Before", "Opener", same_now),
    Rule::new("Before", "Opener Before", either).ex(&[("hi team , please", "-"), ("ok now", "now")]),
    Rule::new("After", "Closer", same_now),
    Rule::new("After", "Closer After", either).ex(&[("please , thanks !", "-"), ("right now please", "now")]),
    Rule::new("Opener", "Courtesy", same_now),
    Rule::new("Opener", "Politely", nothing),
    Rule::new("Opener", "Wishing", nothing),
    Rule::new("Opener", "(,|.|:|—|–|-)", nothing),
    Rule::new("Opener", "Courtesy !", same_now).ex(&[("hi team !", "-")]).not(&["!"]),
    Rule::new("Closer", "Courtesy", same_now),
    Rule::new("Closer", "(.|!|,|?|;|—|–|-)", nothing),
    Rule::new("Closer", "(nothing else|and nothing else|that 's all|that is all|for me|for us|for now|mate|buddy|would ya|will ya|could ya|ta|cheers mate|thanks mate|again|once more|too|as well|if you please|if you do not mind|when you can|when you have a minute|when you have a moment|when you get a chance|at your convenience|would you|will you|could you|ok|okay)", nothing),
    Rule::new("Courtesy", "(please|pls|plz|kindly|thanks|thank you|thx|ty|cheers|thanks a lot|thank you very much|many thanks|much appreciated|thanks in advance|please and thank you|thank you kindly|thanks so much|thanks a million|thank you so much)", nothing)
        .ex(&[("please", "-")])
        .not(&["maybe", "forcibly", "only if"]),
    Rule::new("Courtesy", "(hi|hello|hey|good morning|good afternoon|good evening|dear|yo) Whom?", nothing).ex(&[("hi team", "-")]),
    // Behind an order without a comma it may be part of the order: “delete the prod team”.
    Rule::new("Opener", "(team|folks|guys|escher) ,?", nothing),
    Rule::new("Closer", ", (team|folks|guys|escher)", nothing).ex(&[(", team", "-")]).not(&["team"]),
    Rule::new("Courtesy", "(urgent|urgently|asap|as soon as possible)", nothing),
    // These open a sentence; behind an order they may say something of it.
    Rule::new("Opener", "(do|go on and|go on|quick one|ok|okay|alright|all right|so|well|yes|yeah|yep|sure|great|perfect|sorry|just|simply|also|then|first|go ahead)", nothing),
    Rule::new("Courtesy", "(now|rn|right now|immediately|at once|right away|straight away|straightaway|this minute|effective immediately|with immediate effect)", |_| {
        Some(Sem::Text(NOW.to_owned()))
    }),
    Rule::new("Courtesy", "Emoji", nothing),
    Rule::new("Courtesy", "(per|as per|re|ref|see|ticket|for ticket|as in|according to|in line with|following) (ticket|change|incident)? Ticket", nothing)
        .ex(&[("per INC1234", "-"), ("as per ticket OPS-7", "-")])
        .not(&["per web-1", "per inc1234"]),
    Rule::new("Courtesy", "Ticket (:|-|—|–)", nothing),
    Rule::new("Opener", "Ticket", nothing).ex(&[("OPS-2217", "-")]).not(&["web-1"]),
    Rule::new("Courtesy", "ServiceTicket", nothing).ex(&[("INC1234", "-")]).not(&["DB-1", "web-1"]),
    Rule::new("Courtesy", "( Ticket )", nothing).ex(&[("(OPS-7)", "-")]),
    Rule::new("Courtesy", "[ Ticket ]", nothing),
    Rule::new("Whom", "(team|all|everyone|everybody|there|folks|guys|escher|friend|friends|sir)", nothing),
    Rule::new("Politely", "(can|could|will) (you|u|ya|someone|somebody) please? just? (kindly|also|go ahead and)?", nothing).ex(&[("could you please", "-")]),
    Rule::new("Opener", "(sorry for the trouble|sorry to bother you|sorry to bother|no worries|no problem|no rush|excuse me|if you do not mind|when you can|when you have a minute|when you get a chance|when you have a moment|at your convenience) (, but|but|, so)?", nothing)
        .ex(&[("sorry for the trouble, but", "-")]),
    Rule::new("Politely", "it? would be (great|nice|good|awesome|lovely|helpful|wonderful|fantastic|cool) if (you|someone|somebody) could", nothing)
        .ex(&[("would be great if you could", "-")]),
    Rule::new("Politely", "(i|we) (would|'d) (appreciate it|be grateful|be glad|be happy|love it) if you (could|would)", nothing)
        .ex(&[("I'd appreciate it if you could", "-")]),
    Rule::new("Politely", "would you (please|kindly|mind|be so kind as to|be so kind and)", nothing),
    Rule::new("Politely", "(do the needful and|be so kind as to|be so kind and|be so good as to|do me a favor and|do me a favour and)", nothing),
    Rule::new("Politely", "(go ahead and|go and|proceed to|proceed and|let 's|let us|lets|do not forget to|make sure to|be sure to|please make sure to)", nothing)
        .ex(&[("don't forget to", "-"), ("go ahead and", "-")]),
    Rule::new("Wishing", "(i|we) really? (need|want|would like|'d like|wish|wanna|gotta) (you to|to|for you to)", nothing)
    .ex(&[("I need you to", "-"), ("we want to", "-"), ("I'd like you to", "-")]),
    Rule::new("Wishing", "(need to|want to|needs to|you must|i need you to)", nothing),
    // Tickets, as they are written.
    Rule::new("ServiceTicket", "Name", |args| {
        ticket(args, |letters| matches!(letters, "INC" | "CHG" | "RITM" | "REQ" | "TASK" | "PRB" | "SR" | "CR" | "JIRA" | "TICKET"))
    }),
    // What leaves it to us, or in doubt.
    Rule::new("Doubtful", "(we|you|i) (should|could|might|may want to|might want to|have to|ought to)", nothing).ex(&[("we should", "-")]),
    Rule::new("Doubtful", "(i|we) think (we|you|i) (should|could|can)", nothing),
    Rule::new("Doubtful", "(you can|can we|could we|shall we|should we|how about we|why do not we|why do not you|let me|i must|i will|i 'll|we 'll)", nothing),
    Rule::new("Doubtful", "(it 's time to|it is time to|time to|maybe|perhaps|possibly|probably|feel free to|help me|help me to|help us|try to|help)", nothing)
        .ex(&[("it's time to", "-"), ("help me", "-")])
        .not(&["please"]),
    // What asks whether it may be done.
    Rule::new("Permission", "(is it|would it be|is it still) (ok|okay|fine|safe|possible|alright|all right|allowed|wise|a good idea|reasonable) (to|if i|if we)", nothing)
        .ex(&[("is it ok to", "-")]),
    Rule::new("Permission", "(can|may|should|could|shall|must|do|did|would) (i|we|they|one|he|she|anyone)", nothing).ex(&[("may I", "-")]),
    Rule::new("Permission", "(are|were) you (able|allowed|supposed|going) to", nothing).ex(&[("are you able to", "-")]),
    Rule::new("Permission", "(am i|are we) (allowed|able|supposed) to", nothing),
    Rule::new("Permission", "do you think (i|we|one) (should|can|could|may)", nothing).ex(&[("do you think I should", "-")]),
    Rule::new("Permission", "(do|did|does) (i|we|you) (need to|have to)", nothing),
    Rule::new("Permission", "(how do|how can|how would|how should|how could) (i|we|you|one)", nothing).ex(&[("how do I", "-")]),
    Rule::new("Permission", "(how to|what if|what if i|what if we|what happens if i|what happens if we|what would happen if i|why would i|who can|who may|who could|when can i|when should i)", nothing),
    Rule::new("Permission", "(why|when|who) (did|does|do|would|should|will) (i|we|you|they|someone|it)?", nothing),
];

fn same_now(args: &Args<'_>) -> Option<Sem> {
    Some(args.at(0).clone())
}

/// “Now” if one of both says so.
fn either(args: &Args<'_>) -> Option<Sem> {
    Some(if args.has(0) { args.at(0) } else { args.at(1) }.clone())
}

/// `INC1234`, `OPS-7`: capitals and a number.
fn ticket(args: &Args<'_>, fits: fn(&str) -> bool) -> Option<Sem> {
    let text = args.text(0)?;
    let cut = text.find(|c: char| !c.is_ascii_uppercase())?;
    let (letters, rest) = text.split_at(cut);
    let number = rest.strip_prefix('-').unwrap_or(rest);
    let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    ((2..=8).contains(&letters.len()) && numbered && fits(letters)).then_some(Sem::Nothing)
}

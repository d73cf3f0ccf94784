//! Amazon resource names: their parts, and which part of them is the name.

/// An ARN, taken apart: `arn:partition:service:region:account:resource`.
///
/// ```
/// use escher_core::Arn;
/// let arn = Arn::parse("arn:aws:lambda:eu-west-1:111122223333:function:resize:3").unwrap();
/// assert_eq!((arn.service, arn.region, arn.account), ("lambda", Some("eu-west-1"), Some("111122223333")));
/// assert_eq!((arn.native().as_str(), arn.name()), ("lambda:function", "resize"));
/// assert_eq!(arn.unqualified(), "arn:aws:lambda:eu-west-1:111122223333:function:resize");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    whole: &'a str,
    /// `ec2`, `s3`, `elasticloadbalancing`.
    pub service: &'a str,
    /// The region; `None` for what is global or, like a bucket, doesn't say.
    pub region: Option<&'a str>,
    /// The account; `None` if the ARN doesn't say.
    pub account: Option<&'a str>,
    /// Everything after the account: `instance/i-0a1`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart; `None` for any other text.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let _partition = parts.next()?;
        let service = parts.next().filter(|service| !service.is_empty())?;
        let (region, account) = (parts.next()?, parts.next()?);
        let resource = parts.next().filter(|resource| !resource.is_empty())?;
        let told = |text: &'a str| (!text.is_empty()).then_some(text);
        Some(Self { whole: text, service, region: told(region), account: told(account), resource })
    }

    /// The type of the resource within its service, as the ARN spells it: `instance`, `log-group`. Services with one
    /// type only leave it out.
    pub fn resource_type(&self) -> &'a str {
        let resource = self.resource.trim_start_matches('/');
        match self.service {
            "s3" => return if resource.contains('/') { "object" } else { "bucket" },
            "sqs" => return "queue",
            "sns" => return if resource.contains(':') { "subscription" } else { "topic" },
            _ => {}
        }
        let Some((first, rest)) = resource.split_once([':', '/']) else { return "" };
        // A part of something bigger: its own type is the one that counts.
        match (self.service, first) {
            ("logs", "log-group") if rest.contains(":log-stream:") => "log-stream",
            ("dynamodb", "table") if rest.contains("/index/") => "index",
            ("dynamodb", "table") if rest.contains("/stream/") => "stream",
            ("dynamodb", "table") if rest.contains("/backup/") => "backup",
            _ => first,
        }
    }

    /// The native type as Escher writes it: `ec2:instance`; the service alone where the ARN names no type.
    pub fn native(&self) -> String {
        match self.resource_type() {
            "" => self.service.to_owned(),
            ty => format!("{}:{ty}", self.service),
        }
    }

    /// The ARN without what selects a version of the resource, or all of its parts: the `:*` of a log group, the
    /// version or alias of a function, the revision of a task definition, the random suffix of a secret.
    pub fn unqualified(&self) -> &'a str {
        let cut = self.resource.len() - self.plain().len();
        &self.whole[..self.whole.len() - cut]
    }

    /// The resource part without its qualifier.
    fn plain(&self) -> &'a str {
        let resource = self.resource;
        // `kind:name:qualifier`, or `kind/name:qualifier`.
        let third = |kind: &str| {
            // In any case, since texts that are compared are folded.
            let name = resource.get(..kind.len()).filter(|front| front.eq_ignore_ascii_case(kind)).map(|_| &resource[kind.len()..])?;
            name.find(':').map(|colon| &resource[..kind.len() + colon])
        };
        let plain = match self.service {
            "logs" => resource.strip_suffix(":*"),
            "lambda" => third("function:").or_else(|| third("layer:")),
            "states" => third("stateMachine:"),
            "ecs" => third("task-definition/"),
            "batch" => third("job-definition/"),
            "secretsmanager" => without_suffix(resource),
            _ => None,
        };
        plain.unwrap_or(resource)
    }

    /// The name by which a person knows the resource, paths included: `/aws/lambda/resize` of a log group,
    /// `prod/db` of a secret, `web` of a target group.
    pub fn name(&self) -> &'a str {
        let resource = self.plain();
        let after = |front: &str| resource.strip_prefix(front).filter(|name| !name.is_empty());
        // `kind/name/id`: the id follows the name.
        let before_id = |front: &str| after(front)?.rsplit_once('/').map(|(name, _)| name);
        let name = match self.service {
            "logs" => after("log-group:").filter(|name| !name.contains(":log-stream:")),
            "secretsmanager" => after("secret:"),
            "cloudwatch" => after("alarm:"),
            "ecr" => after("repository/"),
            "rds" => ["snapshot:", "cluster-snapshot:"].into_iter().find_map(after),
            // A parameter in a hierarchy has a name that begins with a slash.
            "ssm" => after("parameter/").map(|name| if name.contains('/') { &resource["parameter".len()..] } else { name }),
            "elasticloadbalancing" => {
                ["loadbalancer/app/", "loadbalancer/net/", "loadbalancer/gwy/", "targetgroup/"].into_iter().find_map(before_id)
            }
            "cloudformation" => before_id("stack/"),
            "kafka" => before_id("cluster/"),
            "eks" => before_id("nodegroup/").or_else(|| before_id("fargateprofile/")).and_then(|rest| rest.rsplit('/').next()),
            _ => None,
        };
        name.unwrap_or_else(|| resource.rsplit(['/', ':']).next().unwrap_or(resource))
    }
}

/// A secret's name without the hyphen and six characters that AWS adds. A word of small letters is left alone: that is
/// how people end names.
fn without_suffix(resource: &str) -> Option<&str> {
    let (name, suffix) = resource.strip_prefix("secret:")?.rsplit_once('-')?;
    let random = suffix.len() == 6 && suffix.bytes().all(|b| b.is_ascii_alphanumeric()) && !suffix.bytes().all(|b| b.is_ascii_lowercase());
    (random && !name.is_empty()).then(|| &resource[..resource.len() - suffix.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_of_the_table_of_native_types() {
        for (arn, native) in [
            ("arn:aws:s3:::acme-logs", "s3:bucket"),
            ("arn:aws:s3:::acme-logs/2026/x.gz", "s3:object"),
            ("arn:aws:sqs:us-east-1:1:jobs", "sqs:queue"),
            ("arn:aws:sns:us-east-1:1:alerts", "sns:topic"),
            ("arn:aws:sns:us-east-1:1:alerts:8a21d249-4329-4871-acc6-7be709c6ea7f", "sns:subscription"),
            ("arn:aws-us-gov:ec2:us-gov-west-1:1:instance/i-0a1", "ec2:instance"),
            ("arn:aws:logs:us-east-1:1:log-group:/aws/lambda/f:*", "logs:log-group"),
            ("arn:aws:logs:us-east-1:1:log-group:/aws/lambda/f:log-stream:s", "logs:log-stream"),
            ("arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/web/73e2d6bc24d8a067", "elasticloadbalancing:targetgroup"),
            ("arn:aws:dynamodb:us-east-1:1:table/orders/index/by-day", "dynamodb:index"),
            ("arn:aws:apigateway:us-east-1::/restapis/a1b2", "apigateway:restapis"),
        ] {
            assert_eq!(Arn::parse(arn).unwrap().native(), native, "{arn}");
        }
        for text in ["", "arn:", "arn:aws:ec2", "i-0a1", "arn:aws:ec2:us-east-1:1:", "arn:aws::r:1:x"] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_qualifier_is_not_part_of_the_name() {
        for (resource, unqualified, name) in [
            ("logs:us-east-1:1:log-group:/aws/lambda/f:*", "logs:us-east-1:1:log-group:/aws/lambda/f", "/aws/lambda/f"),
            ("logs:us-east-1:1:log-group:app", "logs:us-east-1:1:log-group:app", "app"),
            ("lambda:us-east-1:1:function:resize:$LATEST", "lambda:us-east-1:1:function:resize", "resize"),
            ("lambda:us-east-1:1:function:resize:3", "lambda:us-east-1:1:function:resize", "resize"),
            ("lambda:us-east-1:1:function:resize", "lambda:us-east-1:1:function:resize", "resize"),
            ("lambda:us-east-1:1:layer:deps:12", "lambda:us-east-1:1:layer:deps", "deps"),
            ("ecs:us-east-1:1:task-definition/web:12", "ecs:us-east-1:1:task-definition/web", "web"),
            ("ecs:us-east-1:1:service/main/web", "ecs:us-east-1:1:service/main/web", "web"),
            ("secretsmanager:us-east-1:1:secret:prod/db-a1B2c3", "secretsmanager:us-east-1:1:secret:prod/db", "prod/db"),
            ("secretsmanager:us-east-1:1:secret:my-secret", "secretsmanager:us-east-1:1:secret:my-secret", "my-secret"),
            ("states:us-east-1:1:stateMachine:orders:PROD", "states:us-east-1:1:stateMachine:orders", "orders"),
            ("sqs:us-east-1:1:jobs.fifo", "sqs:us-east-1:1:jobs.fifo", "jobs.fifo"),
            ("elasticloadbalancing:us-east-1:1:targetgroup/web/73e2", "elasticloadbalancing:us-east-1:1:targetgroup/web/73e2", "web"),
            (
                "elasticloadbalancing:us-east-1:1:loadbalancer/app/lb/50dc",
                "elasticloadbalancing:us-east-1:1:loadbalancer/app/lb/50dc",
                "lb",
            ),
            ("elasticloadbalancing:us-east-1:1:loadbalancer/old", "elasticloadbalancing:us-east-1:1:loadbalancer/old", "old"),
            ("ssm:us-east-1:1:parameter/prod/db/url", "ssm:us-east-1:1:parameter/prod/db/url", "/prod/db/url"),
            ("ssm:us-east-1:1:parameter/url", "ssm:us-east-1:1:parameter/url", "url"),
            ("rds:us-east-1:1:snapshot:rds:orders-2026", "rds:us-east-1:1:snapshot:rds:orders-2026", "rds:orders-2026"),
            ("eks:us-east-1:1:nodegroup/main/blue/0a1b", "eks:us-east-1:1:nodegroup/main/blue/0a1b", "blue"),
        ] {
            let (arn, unqualified) = (format!("arn:aws:{resource}"), format!("arn:aws:{unqualified}"));
            let arn = Arn::parse(&arn).unwrap();
            assert_eq!((arn.unqualified(), arn.name()), (unqualified.as_str(), name), "{resource}");
        }
    }
}

//! Native types and the kinds they are.

use crate::{CloudId, Kind};

/// Native types by cloud, lower case, as the clouds write them. Each stands here by itself: a type's sub-types, such as
/// the firewall rules of a database server, are seldom of its kind. Where a service sells the part and not the whole
/// (databases on an Azure SQL server, tasks of a service), the part has the kind.
const TYPES: &[(CloudId, &str, Kind)] = &[
    (CloudId::Aws, "ec2:instance", Kind::Vm),
    (CloudId::Aws, "autoscaling:autoscalinggroup", Kind::ScaleGroup),
    (CloudId::Aws, "autoscaling:auto-scaling-group", Kind::ScaleGroup),
    (CloudId::Aws, "ec2:volume", Kind::Disk),
    (CloudId::Aws, "ec2:snapshot", Kind::Snapshot),
    (CloudId::Aws, "ec2:image", Kind::Image),
    (CloudId::Aws, "rds:db", Kind::Database),
    (CloudId::Aws, "rds:cluster", Kind::Database),
    (CloudId::Aws, "rds:snapshot", Kind::Snapshot),
    (CloudId::Aws, "rds:cluster-snapshot", Kind::Snapshot),
    (CloudId::Aws, "dynamodb:table", Kind::Nosql),
    (CloudId::Aws, "elasticache:cluster", Kind::Cache),
    (CloudId::Aws, "elasticache:replicationgroup", Kind::Cache),
    (CloudId::Aws, "elasticache:replication-group", Kind::Cache),
    (CloudId::Aws, "elasticache:serverlesscache", Kind::Cache),
    (CloudId::Aws, "elasticache:serverless-cache", Kind::Cache),
    (CloudId::Aws, "elasticache:snapshot", Kind::Snapshot),
    (CloudId::Aws, "redshift:cluster", Kind::Warehouse),
    (CloudId::Aws, "redshift:snapshot", Kind::Snapshot),
    (CloudId::Aws, "redshift-serverless:workgroup", Kind::Warehouse),
    (CloudId::Aws, "s3:bucket", Kind::Bucket),
    (CloudId::Aws, "s3", Kind::Bucket),
    (CloudId::Aws, "lambda:function", Kind::Function),
    (CloudId::Aws, "ecs:service", Kind::ContainerService),
    (CloudId::Aws, "eks:cluster", Kind::K8sCluster),
    (CloudId::Aws, "ecr:repository", Kind::Registry),
    (CloudId::Aws, "ec2:vpc", Kind::Network),
    (CloudId::Aws, "ec2:subnet", Kind::Subnet),
    (CloudId::Aws, "ec2:natgateway", Kind::Nat),
    (CloudId::Aws, "ec2:nat-gateway", Kind::Nat),
    (CloudId::Aws, "ec2:security-group", Kind::Firewall),
    (CloudId::Aws, "ec2:elastic-ip", Kind::Ip),
    (CloudId::Aws, "elasticloadbalancing:loadbalancer", Kind::LoadBalancer),
    (CloudId::Aws, "elasticloadbalancing:loadbalancer/app", Kind::LoadBalancer),
    (CloudId::Aws, "elasticloadbalancing:loadbalancer/net", Kind::LoadBalancer),
    (CloudId::Aws, "elasticloadbalancing:loadbalancer/gwy", Kind::LoadBalancer),
    (CloudId::Aws, "route53:hostedzone", Kind::DnsZone),
    (CloudId::Aws, "sqs:queue", Kind::Queue),
    (CloudId::Aws, "sqs", Kind::Queue),
    (CloudId::Aws, "sns:topic", Kind::Topic),
    (CloudId::Aws, "sns", Kind::Topic),
    (CloudId::Aws, "secretsmanager:secret", Kind::Secret),
    (CloudId::Aws, "ssm:parameter", Kind::Secret),
    (CloudId::Aws, "kms:key", Kind::Key),
    (CloudId::Aws, "iam:role", Kind::Role),
    (CloudId::Aws, "iam:user", Kind::User),
    (CloudId::Aws, "cloudwatch:alarm", Kind::Alarm),
    (CloudId::Aws, "logs:log-group", Kind::LogGroup),
    (CloudId::Aws, "organizations:account", Kind::Account),
    (CloudId::Azure, "microsoft.compute/virtualmachines", Kind::Vm),
    (CloudId::Azure, "microsoft.compute/virtualmachinescalesets", Kind::ScaleGroup),
    (CloudId::Azure, "microsoft.compute/disks", Kind::Disk),
    (CloudId::Azure, "microsoft.compute/snapshots", Kind::Snapshot),
    (CloudId::Azure, "microsoft.compute/images", Kind::Image),
    (CloudId::Azure, "microsoft.sql/servers/databases", Kind::Database),
    (CloudId::Azure, "microsoft.sql/managedinstances", Kind::Database),
    (CloudId::Azure, "microsoft.dbforpostgresql/flexibleservers", Kind::Database),
    (CloudId::Azure, "microsoft.dbforpostgresql/servers", Kind::Database),
    (CloudId::Azure, "microsoft.dbforpostgresql/servergroupsv2", Kind::Database),
    (CloudId::Azure, "microsoft.dbformysql/flexibleservers", Kind::Database),
    (CloudId::Azure, "microsoft.dbformysql/servers", Kind::Database),
    (CloudId::Azure, "microsoft.dbformariadb/servers", Kind::Database),
    (CloudId::Azure, "microsoft.documentdb/databaseaccounts", Kind::Nosql),
    (CloudId::Azure, "microsoft.documentdb/mongoclusters", Kind::Nosql),
    (CloudId::Azure, "microsoft.documentdb/cassandraclusters", Kind::Nosql),
    (CloudId::Azure, "microsoft.cache/redis", Kind::Cache),
    (CloudId::Azure, "microsoft.cache/redisenterprise", Kind::Cache),
    (CloudId::Azure, "microsoft.synapse/workspaces", Kind::Warehouse),
    (CloudId::Azure, "microsoft.storage/storageaccounts", Kind::Bucket),
    (CloudId::Azure, "microsoft.web/sites", Kind::Function),
    (CloudId::Azure, "microsoft.app/containerapps", Kind::ContainerService),
    (CloudId::Azure, "microsoft.containerinstance/containergroups", Kind::ContainerService),
    (CloudId::Azure, "microsoft.containerservice/managedclusters", Kind::K8sCluster),
    (CloudId::Azure, "microsoft.containerregistry/registries", Kind::Registry),
    (CloudId::Azure, "microsoft.network/virtualnetworks", Kind::Network),
    (CloudId::Azure, "microsoft.network/virtualnetworks/subnets", Kind::Subnet),
    (CloudId::Azure, "microsoft.network/natgateways", Kind::Nat),
    (CloudId::Azure, "microsoft.network/networksecuritygroups", Kind::Firewall),
    (CloudId::Azure, "microsoft.network/publicipaddresses", Kind::Ip),
    (CloudId::Azure, "microsoft.network/loadbalancers", Kind::LoadBalancer),
    (CloudId::Azure, "microsoft.network/applicationgateways", Kind::LoadBalancer),
    (CloudId::Azure, "microsoft.network/dnszones", Kind::DnsZone),
    (CloudId::Azure, "microsoft.servicebus/namespaces/queues", Kind::Queue),
    (CloudId::Azure, "microsoft.servicebus/namespaces/topics", Kind::Topic),
    (CloudId::Azure, "microsoft.keyvault/vaults/secrets", Kind::Secret),
    (CloudId::Azure, "microsoft.keyvault/vaults/keys", Kind::Key),
    (CloudId::Azure, "microsoft.authorization/roleassignments", Kind::Role),
    (CloudId::Azure, "microsoft.graph/serviceprincipals", Kind::User),
    (CloudId::Azure, "microsoft.insights/metricalerts", Kind::Alarm),
    (CloudId::Azure, "microsoft.operationalinsights/workspaces", Kind::LogGroup),
    (CloudId::Azure, "microsoft.resources/resourcegroups", Kind::ResourceGroup),
    (CloudId::Azure, "microsoft.resources/subscriptions/resourcegroups", Kind::ResourceGroup),
    (CloudId::Azure, "microsoft.resources/subscriptions", Kind::Account),
    (CloudId::Gcp, "compute.googleapis.com/instance", Kind::Vm),
    (CloudId::Gcp, "compute.googleapis.com/instancegroupmanager", Kind::ScaleGroup),
    (CloudId::Gcp, "compute.googleapis.com/disk", Kind::Disk),
    (CloudId::Gcp, "compute.googleapis.com/regiondisk", Kind::Disk),
    (CloudId::Gcp, "compute.googleapis.com/snapshot", Kind::Snapshot),
    (CloudId::Gcp, "compute.googleapis.com/image", Kind::Image),
    (CloudId::Gcp, "sqladmin.googleapis.com/instance", Kind::Database),
    (CloudId::Gcp, "firestore.googleapis.com/database", Kind::Nosql),
    (CloudId::Gcp, "bigtableadmin.googleapis.com/instance", Kind::Nosql),
    (CloudId::Gcp, "redis.googleapis.com/instance", Kind::Cache),
    (CloudId::Gcp, "redis.googleapis.com/cluster", Kind::Cache),
    (CloudId::Gcp, "memcache.googleapis.com/instance", Kind::Cache),
    (CloudId::Gcp, "memorystore.googleapis.com/instance", Kind::Cache),
    (CloudId::Gcp, "bigquery.googleapis.com/dataset", Kind::Warehouse),
    (CloudId::Gcp, "storage.googleapis.com/bucket", Kind::Bucket),
    (CloudId::Gcp, "cloudfunctions.googleapis.com/function", Kind::Function),
    (CloudId::Gcp, "cloudfunctions.googleapis.com/cloudfunction", Kind::Function),
    (CloudId::Gcp, "run.googleapis.com/service", Kind::ContainerService),
    (CloudId::Gcp, "container.googleapis.com/cluster", Kind::K8sCluster),
    (CloudId::Gcp, "artifactregistry.googleapis.com/repository", Kind::Registry),
    (CloudId::Gcp, "compute.googleapis.com/network", Kind::Network),
    (CloudId::Gcp, "compute.googleapis.com/subnetwork", Kind::Subnet),
    (CloudId::Gcp, "compute.googleapis.com/router", Kind::Nat),
    (CloudId::Gcp, "compute.googleapis.com/firewall", Kind::Firewall),
    (CloudId::Gcp, "compute.googleapis.com/address", Kind::Ip),
    (CloudId::Gcp, "compute.googleapis.com/globaladdress", Kind::Ip),
    (CloudId::Gcp, "compute.googleapis.com/forwardingrule", Kind::LoadBalancer),
    (CloudId::Gcp, "compute.googleapis.com/globalforwardingrule", Kind::LoadBalancer),
    (CloudId::Gcp, "dns.googleapis.com/managedzone", Kind::DnsZone),
    (CloudId::Gcp, "pubsub.googleapis.com/subscription", Kind::Queue),
    (CloudId::Gcp, "pubsub.googleapis.com/topic", Kind::Topic),
    (CloudId::Gcp, "secretmanager.googleapis.com/secret", Kind::Secret),
    (CloudId::Gcp, "cloudkms.googleapis.com/cryptokey", Kind::Key),
    (CloudId::Gcp, "iam.googleapis.com/serviceaccount", Kind::Role),
    (CloudId::Gcp, "monitoring.googleapis.com/alertpolicy", Kind::Alarm),
    (CloudId::Gcp, "logging.googleapis.com/logbucket", Kind::LogGroup),
    (CloudId::Gcp, "cloudresourcemanager.googleapis.com/project", Kind::Account),
];

impl Kind {
    /// The kind that a native type is; [`Kind::Other`] for what the table does not know.
    ///
    /// ```
    /// use escher_core::{CloudId, Kind};
    /// assert_eq!(Kind::of_native(CloudId::Azure, "Microsoft.Compute/virtualMachines"), Kind::Vm);
    /// assert_eq!(Kind::of_native(CloudId::Aws, "braket:job"), Kind::Other);
    /// ```
    pub fn of_native(cloud: CloudId, native: &str) -> Self {
        let native = native.trim();
        let found = TYPES.iter().find(|(c, ty, _)| *c == cloud && native.eq_ignore_ascii_case(ty));
        found.map_or(Self::Other, |&(_, _, kind)| kind)
    }
}

/// What people call a kind on AWS, Azure and GCP; empty where a cloud has nothing of the sort.
const NAMES: &[(Kind, [&str; 3])] = &[
    (Kind::Vm, ["EC2 instance", "virtual machine", "Compute Engine instance"]),
    (Kind::ScaleGroup, ["Auto Scaling group", "VM scale set", "managed instance group"]),
    (Kind::Disk, ["EBS volume", "managed disk", "persistent disk"]),
    (Kind::Snapshot, ["EBS snapshot", "disk snapshot", "disk snapshot"]),
    (Kind::Image, ["AMI", "image", "image"]),
    (Kind::Database, ["RDS or Aurora database", "SQL Database, PostgreSQL or MySQL flexible server", "Cloud SQL instance"]),
    (Kind::Nosql, ["DynamoDB table", "Cosmos DB account", "Firestore or Bigtable"]),
    (Kind::Cache, ["ElastiCache cluster", "Cache for Redis", "Memorystore instance"]),
    (Kind::Warehouse, ["Redshift cluster", "Synapse workspace", "BigQuery dataset"]),
    (Kind::Bucket, ["S3 bucket", "storage account", "Cloud Storage bucket"]),
    (Kind::Function, ["Lambda function", "Function App", "Cloud Function"]),
    (Kind::ContainerService, ["ECS service", "Container App or Container Instance", "Cloud Run service"]),
    (Kind::K8sCluster, ["EKS cluster", "AKS cluster", "GKE cluster"]),
    (Kind::Registry, ["ECR repository", "ACR registry", "Artifact Registry repository"]),
    (Kind::Network, ["VPC", "VNet", "VPC network"]),
    (Kind::Subnet, ["subnet", "subnet", "subnetwork"]),
    (Kind::Nat, ["NAT gateway", "NAT gateway", "Cloud NAT"]),
    (Kind::Firewall, ["security group", "network security group", "firewall rule"]),
    (Kind::Ip, ["Elastic IP", "public IP", "address"]),
    (Kind::LoadBalancer, ["Elastic Load Balancer", "load balancer or application gateway", "forwarding rule"]),
    (Kind::DnsZone, ["Route 53 hosted zone", "DNS zone", "Cloud DNS zone"]),
    (Kind::Queue, ["SQS queue", "Service Bus queue", "Pub/Sub subscription"]),
    (Kind::Topic, ["SNS topic", "Service Bus topic", "Pub/Sub topic"]),
    (Kind::Secret, ["Secrets Manager secret or SSM parameter", "Key Vault secret", "Secret Manager secret"]),
    (Kind::Key, ["KMS key", "Key Vault key", "Cloud KMS key"]),
    (Kind::Role, ["IAM role", "role assignment", "service account"]),
    (Kind::User, ["IAM user", "service principal", "member"]),
    (Kind::Alarm, ["CloudWatch alarm", "metric alert", "alerting policy"]),
    (Kind::LogGroup, ["CloudWatch log group", "Log Analytics workspace", "log bucket"]),
    (Kind::ResourceGroup, ["", "resource group", ""]),
    (Kind::Account, ["account", "subscription", "project"]),
];

impl Kind {
    /// What people call this kind on a cloud; `None` if the cloud has nothing of the sort.
    ///
    /// ```
    /// use escher_core::{CloudId, Kind};
    /// assert_eq!(Kind::Network.called(CloudId::Azure), Some("VNet"));
    /// ```
    pub fn called(self, cloud: CloudId) -> Option<&'static str> {
        let (_, names) = NAMES.iter().find(|(kind, _)| *kind == self)?;
        let name = match cloud {
            CloudId::Aws => names[0],
            CloudId::Azure => names[1],
            CloudId::Gcp => names[2],
        };
        (!name.is_empty()).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sub_type_is_not_of_the_kind_of_what_it_belongs_to() {
        for (cloud, native) in [
            (CloudId::Azure, "Microsoft.Sql/servers"),
            (CloudId::Azure, "Microsoft.Sql/servers/firewallRules"),
            (CloudId::Azure, "Microsoft.Sql/servers/elasticPools"),
            (CloudId::Azure, "Microsoft.Sql/servers/databases/transparentDataEncryption"),
            (CloudId::Azure, "Microsoft.Sql/managedInstances/administrators"),
            (CloudId::Azure, "Microsoft.DBforPostgreSQL/flexibleServers/configurations"),
            (CloudId::Azure, "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules"),
            (CloudId::Azure, "Microsoft.DBforMySQL/flexibleServers/databases"),
            (CloudId::Azure, "Microsoft.DocumentDB/databaseAccounts/sqlDatabases"),
            (CloudId::Azure, "Microsoft.Cache/redis/firewallRules"),
            (CloudId::Azure, "Microsoft.Cache/redisEnterprise/databases"),
            (CloudId::Azure, "Microsoft.Synapse/workspaces/bigDataPools"),
            (CloudId::Azure, "Microsoft.Synapse/privateLinkHubs"),
            (CloudId::Aws, "elasticache:subnetgroup"),
            (CloudId::Aws, "elasticache:parametergroup"),
            (CloudId::Aws, "elasticache:user"),
            (CloudId::Aws, "redshift:parametergroup"),
            (CloudId::Aws, "redshift:subnetgroup"),
            (CloudId::Aws, "redshift:eventsubscription"),
            (CloudId::Aws, "elasticloadbalancing:listener/app"),
            (CloudId::Aws, "elasticloadbalancing:targetgroup"),
            (CloudId::Gcp, "bigtableadmin.googleapis.com/Table"),
            (CloudId::Gcp, "bigtableadmin.googleapis.com/Cluster"),
            (CloudId::Gcp, "firestore.googleapis.com/Index"),
        ] {
            assert_eq!(Kind::of_native(cloud, native), Kind::Other, "{native}");
        }
    }

    #[test]
    fn what_the_table_names_keeps_its_kind_in_any_case() {
        for (cloud, native, kind) in [
            (CloudId::Azure, "Microsoft.Sql/servers/databases", Kind::Database),
            (CloudId::Azure, "MICROSOFT.DBFORMYSQL/FLEXIBLESERVERS", Kind::Database),
            (CloudId::Azure, "Microsoft.DBforMariaDB/servers", Kind::Database),
            (CloudId::Azure, "Microsoft.Cache/Redis", Kind::Cache),
            (CloudId::Aws, "elasticache:replicationgroup", Kind::Cache),
            (CloudId::Aws, "redshift:cluster", Kind::Warehouse),
            (CloudId::Aws, "elasticloadbalancing:loadbalancer/net", Kind::LoadBalancer),
            (CloudId::Gcp, "cloudfunctions.googleapis.com/CloudFunction", Kind::Function),
            (CloudId::Gcp, "memcache.googleapis.com/Instance", Kind::Cache),
        ] {
            assert_eq!(Kind::of_native(cloud, native), kind, "{native}");
        }
        let mut types: Vec<_> = TYPES.iter().map(|(cloud, ty, _)| (cloud, ty)).collect();
        types.sort();
        types.dedup();
        assert_eq!(types.len(), TYPES.len(), "each type stands here once");
        assert!(TYPES.iter().all(|(_, ty, _)| !ty.contains('*') && *ty == ty.to_ascii_lowercase()));
    }
}

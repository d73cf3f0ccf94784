//! What the simulated clouds have: one row a native type.

use escher_core::{CloudId, Kind};

use CloudId::{Aws, Azure, Gcp};
use Place::{Global, Region, Zone};

/// Where a resource of a type lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Global,
    Region,
    Zone,
}

/// One native type.
#[derive(Debug)]
pub(super) struct TypeDef {
    pub(super) cloud: CloudId,
    pub(super) kind: Kind,
    pub(super) native: &'static str,
    /// The id with places for what differs, in the cloud's own case.
    pub(super) id: &'static str,
    pub(super) place: Place,
    /// How often it turns up among its cloud's resources; 0 for what only the groundwork makes.
    pub(super) weight: usize,
    /// Whether the cloud has tags on it.
    pub(super) tags: bool,
    /// The cloud's word while it serves; empty where it has none.
    pub(super) up: &'static str,
    /// The cloud's word while it is stopped; empty where it cannot be.
    pub(super) down: &'static str,
    /// US dollars a month, lowest and highest, where no size tells the price.
    pub(super) cost: (f64, f64),
    /// Words for its role in names.
    pub(super) roles: &'static [&'static str],
}

macro_rules! types {
    ($($cloud:ident $kind:ident $native:literal $id:literal $place:ident $weight:literal $tags:literal $up:literal $down:literal $low:literal..$high:literal [$($role:literal),*];)+) => {
        &[$(TypeDef {
            cloud: $cloud, kind: Kind::$kind, native: $native, id: $id, place: $place, weight: $weight, tags: $tags,
            up: $up, down: $down, cost: ($low, $high), roles: &[$($role),*],
        }),+]
    };
}

#[rustfmt::skip]
const TYPES: &[TypeDef] = types! {
    Aws Vm "ec2:instance" "arn:aws:ec2:{region}:{account}:instance/i-{hex17}" Zone 200 true "running" "stopped" 8.0..700.0 ["web", "api", "worker", "frontend", "batch", "bastion", "runner", "app"];
    Aws ScaleGroup "autoscaling:autoScalingGroup" "arn:aws:autoscaling:{region}:{account}:autoScalingGroup:{guid}:autoScalingGroupName/{name}" Region 12 true "" "" 0.0..0.0 ["asg", "workers", "nodes"];
    Aws Disk "ec2:volume" "arn:aws:ec2:{region}:{account}:volume/vol-{hex17}" Zone 110 true "in-use" "" 2.0..160.0 ["data", "logs", "scratch"];
    Aws Snapshot "ec2:snapshot" "arn:aws:ec2:{region}:{account}:snapshot/snap-{hex17}" Region 60 true "completed" "" 0.5..25.0 ["snap", "nightly"];
    Aws Image "ec2:image" "arn:aws:ec2:{region}:{account}:image/ami-{hex17}" Region 12 true "available" "" 0.5..8.0 ["base", "golden"];
    Aws Database "rds:db" "arn:aws:rds:{region}:{account}:db:{name}" Zone 75 true "available" "stopped" 15.0..900.0 ["pg", "mysql", "db"];
    Aws Database "rds:cluster" "arn:aws:rds:{region}:{account}:cluster:{name}" Region 10 true "available" "stopped" 90.0..1800.0 ["aurora"];
    Aws Nosql "dynamodb:table" "arn:aws:dynamodb:{region}:{account}:table/{name}" Region 25 true "ACTIVE" "" 1.0..180.0 ["sessions", "state", "lookup"];
    Aws Cache "elasticache:cluster" "arn:aws:elasticache:{region}:{account}:cluster:{name}" Zone 18 true "available" "" 12.0..320.0 ["redis", "cache"];
    Aws Warehouse "redshift:cluster" "arn:aws:redshift:{region}:{account}:cluster:{name}" Zone 5 true "available" "" 180.0..2600.0 ["dwh"];
    Aws Bucket "s3:bucket" "arn:aws:s3:::{name}" Region 100 true "" "" 0.1..240.0 ["assets", "uploads", "logs", "backups", "exports"];
    Aws Function "lambda:function" "arn:aws:lambda:{region}:{account}:function:{name}" Region 55 true "Active" "" 0.0..40.0 ["handler", "resize", "webhook", "cleanup"];
    Aws ContainerService "ecs:service" "arn:aws:ecs:{region}:{account}:service/{app}/{name}" Region 22 true "ACTIVE" "" 10.0..300.0 ["svc", "api"];
    Aws K8sCluster "eks:cluster" "arn:aws:eks:{region}:{account}:cluster/{name}" Region 7 true "ACTIVE" "" 73.0..900.0 ["k8s", "eks"];
    Aws Registry "ecr:repository" "arn:aws:ecr:{region}:{account}:repository/{name}" Region 12 true "" "" 0.1..20.0 ["images"];
    Aws Network "ec2:vpc" "arn:aws:ec2:{region}:{account}:vpc/vpc-{hex17}" Region 0 true "available" "" 0.0..0.0 ["vpc"];
    Aws Subnet "ec2:subnet" "arn:aws:ec2:{region}:{account}:subnet/subnet-{hex17}" Zone 0 true "available" "" 0.0..0.0 ["subnet"];
    Aws Nat "ec2:natgateway" "arn:aws:ec2:{region}:{account}:natgateway/nat-{hex17}" Zone 5 true "available" "" 33.0..120.0 ["nat"];
    Aws Firewall "ec2:security-group" "arn:aws:ec2:{region}:{account}:security-group/sg-{hex17}" Region 35 true "" "" 0.0..0.0 ["sg"];
    Aws Ip "ec2:elastic-ip" "arn:aws:ec2:{region}:{account}:elastic-ip/eipalloc-{hex17}" Region 22 true "" "" 3.6..3.7 ["eip"];
    Aws LoadBalancer "elasticloadbalancing:loadbalancer" "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{hex16}" Region 22 true "active" "" 18.0..90.0 ["alb", "lb"];
    Aws DnsZone "route53:hostedzone" "arn:aws:route53:::hostedzone/Z{hex13}" Global 6 true "" "" 0.5..0.6 ["zone"];
    Aws Queue "sqs:queue" "arn:aws:sqs:{region}:{account}:{name}" Region 32 true "" "" 0.0..12.0 ["jobs", "events", "dlq"];
    Aws Topic "sns:topic" "arn:aws:sns:{region}:{account}:{name}" Region 20 true "" "" 0.0..6.0 ["alerts", "updates"];
    Aws Secret "secretsmanager:secret" "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{hex6}" Region 22 true "" "" 0.4..0.5 ["credentials", "api-key"];
    Aws Key "kms:key" "arn:aws:kms:{region}:{account}:key/{guid}" Region 12 true "" "" 1.0..1.1 ["key"];
    Aws Role "iam:role" "arn:aws:iam::{account}:role/{name}" Global 30 true "" "" 0.0..0.0 ["role", "task-role"];
    Aws User "iam:user" "arn:aws:iam::{account}:user/{name}" Global 14 true "" "" 0.0..0.0 ["deployer", "ci-user"];
    Aws Alarm "cloudwatch:alarm" "arn:aws:cloudwatch:{region}:{account}:alarm:{name}" Region 30 true "OK" "" 0.1..0.3 ["high-cpu", "low-disk", "5xx"];
    Aws LogGroup "logs:log-group" "arn:aws:logs:{region}:{account}:log-group:/apps/{name}" Region 30 true "" "" 0.0..60.0 ["logs"];
    Aws Account "organizations:account" "arn:aws:organizations::{account}:account/o-acme/{account}" Global 0 false "ACTIVE" "" 0.0..0.0 ["account"];
    Aws Other "ec2:network-interface" "arn:aws:ec2:{region}:{account}:network-interface/eni-{hex17}" Zone 8 true "in-use" "" 0.0..0.0 ["eni"];
    Azure Vm "microsoft.compute/virtualmachines" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Compute/virtualMachines/{name}" Zone 180 true "VM running" "VM deallocated" 8.0..700.0 ["vm", "web", "api", "app", "jump", "worker"];
    Azure ScaleGroup "microsoft.compute/virtualmachinescalesets" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}" Region 12 true "VM running" "VM deallocated" 40.0..600.0 ["vmss", "nodes"];
    Azure Disk "microsoft.compute/disks" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Compute/disks/{name}" Zone 100 true "Succeeded" "" 2.0..160.0 ["datadisk", "data"];
    Azure Snapshot "microsoft.compute/snapshots" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Compute/snapshots/{name}" Region 40 true "Succeeded" "" 0.5..25.0 ["snapshot"];
    Azure Image "microsoft.compute/images" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Compute/images/{name}" Region 8 true "Succeeded" "" 0.5..8.0 ["image"];
    Azure Database "microsoft.dbforpostgresql/flexibleservers" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.DBforPostgreSQL/flexibleServers/{name}" Region 40 true "Ready" "Stopped" 15.0..900.0 ["pg", "postgres"];
    Azure Database "microsoft.dbformysql/flexibleservers" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.DBforMySQL/flexibleServers/{name}" Region 15 true "Ready" "Stopped" 15.0..600.0 ["mysql"];
    Azure Database "microsoft.sql/servers/databases" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Sql/servers/{app}-sql/databases/{name}" Region 40 true "Online" "" 5.0..1200.0 ["sql", "db"];
    Azure Nosql "microsoft.documentdb/databaseaccounts" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.DocumentDB/databaseAccounts/{name}" Region 16 true "Succeeded" "" 24.0..400.0 ["cosmos"];
    Azure Cache "microsoft.cache/redis" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Cache/Redis/{name}" Region 14 true "Succeeded" "" 16.0..320.0 ["redis", "cache"];
    Azure Warehouse "microsoft.synapse/workspaces" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Synapse/workspaces/{name}" Region 4 true "Succeeded" "" 120.0..2200.0 ["synapse"];
    Azure Bucket "microsoft.storage/storageaccounts" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Storage/storageAccounts/{name}" Region 85 true "available" "" 0.1..240.0 ["store", "blobs", "diag"];
    Azure Function "microsoft.web/sites" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Web/sites/{name}" Region 35 true "Running" "Stopped" 0.0..70.0 ["func", "webhook"];
    Azure ContainerService "microsoft.containerinstance/containergroups" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.ContainerInstance/containerGroups/{name}" Region 12 true "Running" "Stopped" 10.0..120.0 ["aci"];
    Azure ContainerService "microsoft.app/containerapps" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.App/containerApps/{name}" Region 14 true "Running" "" 5.0..160.0 ["app", "svc"];
    Azure K8sCluster "microsoft.containerservice/managedclusters" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.ContainerService/managedClusters/{name}" Region 8 true "Running" "Stopped" 73.0..900.0 ["aks"];
    Azure Registry "microsoft.containerregistry/registries" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.ContainerRegistry/registries/{name}" Region 8 true "Succeeded" "" 5.0..50.0 ["acr"];
    Azure Network "microsoft.network/virtualnetworks" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Network/virtualNetworks/{name}" Region 0 true "Succeeded" "" 0.0..0.0 ["vnet"];
    Azure Subnet "microsoft.network/virtualnetworks/subnets" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Network/virtualNetworks/{app}/subnets/{name}" Region 0 false "Succeeded" "" 0.0..0.0 ["snet"];
    Azure Nat "microsoft.network/natgateways" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Network/natGateways/{name}" Region 4 true "Succeeded" "" 33.0..120.0 ["natgw"];
    Azure Firewall "microsoft.network/networksecuritygroups" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Network/networkSecurityGroups/{name}" Region 28 true "Succeeded" "" 0.0..0.0 ["nsg"];
    Azure Ip "microsoft.network/publicipaddresses" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Network/publicIPAddresses/{name}" Region 22 true "Succeeded" "" 3.6..3.7 ["pip"];
    Azure LoadBalancer "microsoft.network/loadbalancers" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Network/loadBalancers/{name}" Region 18 true "Succeeded" "" 18.0..60.0 ["lb"];
    Azure LoadBalancer "microsoft.network/applicationgateways" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Network/applicationGateways/{name}" Region 6 true "Running" "" 120.0..320.0 ["agw"];
    Azure DnsZone "microsoft.network/dnszones" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Network/dnsZones/{name}" Global 4 true "" "" 0.5..0.6 ["zone"];
    Azure Queue "microsoft.servicebus/namespaces/queues" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.ServiceBus/namespaces/{app}-bus/queues/{name}" Region 18 false "Active" "" 0.0..12.0 ["jobs", "queue"];
    Azure Topic "microsoft.servicebus/namespaces/topics" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.ServiceBus/namespaces/{app}-bus/topics/{name}" Region 12 false "Active" "" 0.0..6.0 ["topic"];
    Azure Secret "microsoft.keyvault/vaults/secrets" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.KeyVault/vaults/{app}-kv/secrets/{name}" Region 16 true "" "" 0.0..0.1 ["secret", "conn-string"];
    Azure Key "microsoft.keyvault/vaults/keys" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.KeyVault/vaults/{app}-kv/keys/{name}" Region 8 true "" "" 0.0..1.0 ["cmk"];
    Azure Role "microsoft.authorization/roleassignments" "/subscriptions/{account}/providers/Microsoft.Authorization/roleAssignments/{guid}" Global 16 false "" "" 0.0..0.0 ["contributor", "reader"];
    Azure User "microsoft.graph/serviceprincipals" "/subscriptions/{account}/providers/Microsoft.Graph/servicePrincipals/{guid}" Global 8 false "" "" 0.0..0.0 ["sp"];
    Azure Alarm "microsoft.insights/metricalerts" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Insights/metricAlerts/{name}" Global 18 true "" "" 0.1..0.3 ["cpu-alert", "latency-alert"];
    Azure LogGroup "microsoft.operationalinsights/workspaces" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.OperationalInsights/workspaces/{name}" Region 10 true "Succeeded" "" 5.0..300.0 ["law"];
    Azure ResourceGroup "microsoft.resources/resourcegroups" "/subscriptions/{account}/resourceGroups/{rg}" Region 0 true "Succeeded" "" 0.0..0.0 ["rg"];
    Azure Account "microsoft.resources/subscriptions" "/subscriptions/{account}" Global 0 false "" "" 0.0..0.0 ["subscription"];
    Azure Other "microsoft.network/networkinterfaces" "/subscriptions/{account}/resourceGroups/{rg}/providers/Microsoft.Network/networkInterfaces/{name}" Region 8 true "Succeeded" "" 0.0..0.0 ["nic"];
    Gcp Vm "compute.googleapis.com/Instance" "//compute.googleapis.com/projects/{account}/zones/{zone}/instances/{name}" Zone 170 true "RUNNING" "TERMINATED" 8.0..700.0 ["vm", "web", "api", "worker", "node", "gpu"];
    Gcp ScaleGroup "compute.googleapis.com/InstanceGroupManager" "//compute.googleapis.com/projects/{account}/zones/{zone}/instanceGroupManagers/{name}" Zone 10 false "" "" 0.0..0.0 ["mig"];
    Gcp Disk "compute.googleapis.com/Disk" "//compute.googleapis.com/projects/{account}/zones/{zone}/disks/{name}" Zone 95 true "READY" "" 2.0..160.0 ["disk", "data"];
    Gcp Snapshot "compute.googleapis.com/Snapshot" "//compute.googleapis.com/projects/{account}/global/snapshots/{name}" Global 40 true "READY" "" 0.5..25.0 ["snap"];
    Gcp Image "compute.googleapis.com/Image" "//compute.googleapis.com/projects/{account}/global/images/{name}" Global 8 true "READY" "" 0.5..8.0 ["image"];
    Gcp Database "sqladmin.googleapis.com/Instance" "//cloudsql.googleapis.com/projects/{account}/instances/{name}" Zone 80 true "RUNNABLE" "STOPPED" 15.0..900.0 ["pg", "mysql", "sql"];
    Gcp Nosql "firestore.googleapis.com/Database" "//firestore.googleapis.com/projects/{account}/databases/{name}" Region 10 false "" "" 0.0..90.0 ["docs", "sessions"];
    Gcp Nosql "bigtableadmin.googleapis.com/Instance" "//bigtable.googleapis.com/projects/{account}/instances/{name}" Region 6 true "READY" "" 460.0..1900.0 ["bigtable"];
    Gcp Cache "redis.googleapis.com/Instance" "//redis.googleapis.com/projects/{account}/locations/{region}/instances/{name}" Region 14 true "READY" "" 16.0..320.0 ["redis", "cache"];
    Gcp Warehouse "bigquery.googleapis.com/Dataset" "//bigquery.googleapis.com/projects/{account}/datasets/{name}" Region 16 true "" "" 1.0..900.0 ["dwh", "events"];
    Gcp Bucket "storage.googleapis.com/Bucket" "//storage.googleapis.com/{name}" Region 85 true "" "" 0.1..240.0 ["assets", "raw", "exports", "backups"];
    Gcp Function "cloudfunctions.googleapis.com/Function" "//cloudfunctions.googleapis.com/projects/{account}/locations/{region}/functions/{name}" Region 32 true "ACTIVE" "" 0.0..40.0 ["fn", "hook"];
    Gcp ContainerService "run.googleapis.com/Service" "//run.googleapis.com/projects/{account}/locations/{region}/services/{name}" Region 28 true "Ready" "" 0.0..180.0 ["run", "svc"];
    Gcp K8sCluster "container.googleapis.com/Cluster" "//container.googleapis.com/projects/{account}/locations/{region}/clusters/{name}" Region 8 true "RUNNING" "" 73.0..900.0 ["gke"];
    Gcp Registry "artifactregistry.googleapis.com/Repository" "//artifactregistry.googleapis.com/projects/{account}/locations/{region}/repositories/{name}" Region 8 true "" "" 0.1..20.0 ["images"];
    Gcp Network "compute.googleapis.com/Network" "//compute.googleapis.com/projects/{account}/global/networks/{name}" Global 0 false "" "" 0.0..0.0 ["net"];
    Gcp Subnet "compute.googleapis.com/Subnetwork" "//compute.googleapis.com/projects/{account}/regions/{region}/subnetworks/{name}" Region 0 false "READY" "" 0.0..0.0 ["subnet"];
    Gcp Nat "compute.googleapis.com/Router" "//compute.googleapis.com/projects/{account}/regions/{region}/routers/{name}" Region 4 false "" "" 33.0..90.0 ["nat"];
    Gcp Firewall "compute.googleapis.com/Firewall" "//compute.googleapis.com/projects/{account}/global/firewalls/{name}" Global 28 false "" "" 0.0..0.0 ["allow"];
    Gcp Ip "compute.googleapis.com/Address" "//compute.googleapis.com/projects/{account}/regions/{region}/addresses/{name}" Region 20 true "" "" 3.6..7.3 ["addr"];
    Gcp LoadBalancer "compute.googleapis.com/ForwardingRule" "//compute.googleapis.com/projects/{account}/regions/{region}/forwardingRules/{name}" Region 20 true "" "" 18.0..60.0 ["fwd", "lb"];
    Gcp DnsZone "dns.googleapis.com/ManagedZone" "//dns.googleapis.com/projects/{account}/managedZones/{name}" Global 5 true "" "" 0.2..0.3 ["zone"];
    Gcp Queue "pubsub.googleapis.com/Subscription" "//pubsub.googleapis.com/projects/{account}/subscriptions/{name}" Global 24 true "ACTIVE" "" 0.0..12.0 ["sub", "dlq"];
    Gcp Topic "pubsub.googleapis.com/Topic" "//pubsub.googleapis.com/projects/{account}/topics/{name}" Global 18 true "ACTIVE" "" 0.0..6.0 ["topic"];
    Gcp Secret "secretmanager.googleapis.com/Secret" "//secretmanager.googleapis.com/projects/{account}/secrets/{name}" Global 18 true "" "" 0.1..0.2 ["secret", "token"];
    Gcp Key "cloudkms.googleapis.com/CryptoKey" "//cloudkms.googleapis.com/projects/{account}/locations/{region}/keyRings/{app}/cryptoKeys/{name}" Region 8 true "" "" 0.1..1.0 ["key"];
    Gcp Role "iam.googleapis.com/ServiceAccount" "//iam.googleapis.com/projects/{account}/serviceAccounts/{name}@{account}.iam.gserviceaccount.com" Global 26 false "" "" 0.0..0.0 ["sa"];
    Gcp Alarm "monitoring.googleapis.com/AlertPolicy" "//monitoring.googleapis.com/projects/{account}/alertPolicies/{dec18}" Global 16 true "" "" 0.0..0.1 ["latency-alert", "errors-alert"];
    Gcp LogGroup "logging.googleapis.com/LogBucket" "//logging.googleapis.com/projects/{account}/locations/{region}/buckets/{name}" Region 12 false "ACTIVE" "" 0.0..80.0 ["logs"];
    Gcp Account "cloudresourcemanager.googleapis.com/Project" "//cloudresourcemanager.googleapis.com/projects/{account}" Global 0 false "ACTIVE" "" 0.0..0.0 ["project"];
    Gcp Other "vpcaccess.googleapis.com/Connector" "//vpcaccess.googleapis.com/projects/{account}/locations/{region}/connectors/{name}" Region 6 false "READY" "" 15.0..16.0 ["connector"];
};

/// The types of a cloud.
pub(super) fn of(cloud: CloudId) -> impl Iterator<Item = &'static TypeDef> {
    TYPES.iter().filter(move |def| def.cloud == cloud)
}

/// The type with this native name, in any case.
pub(super) fn find(cloud: CloudId, native: &str) -> Option<&'static TypeDef> {
    of(cloud).find(|def| def.native.eq_ignore_ascii_case(native))
}

/// The first type of a kind.
pub(super) fn first(cloud: CloudId, kind: Kind) -> Option<&'static TypeDef> {
    of(cloud).find(|def| def.kind == kind)
}

impl TypeDef {
    /// Whether the cloud lists it region by region; otherwise once for the account.
    pub(super) fn listed_by_region(&self) -> bool {
        self.cloud == Aws && self.place != Global && self.native != "s3:bucket"
    }

    /// Whether a listing of it is strongly consistent.
    pub(super) fn authoritative(&self) -> bool {
        matches!(self.native, "s3:bucket" | "rds:db" | "rds:cluster") || self.native.starts_with("compute.googleapis.com/")
    }
}

/// A size: SKU, GB of memory, US dollars a month.
pub(super) type Size = (&'static str, f64, f64);

/// The sizes that a type comes in, smallest first.
pub(super) fn sizes(def: &TypeDef) -> &'static [Size] {
    match (def.cloud, def.kind) {
        (Aws, Kind::Vm) => &[
            ("t3.micro", 1.0, 7.6),
            ("t3.small", 2.0, 15.2),
            ("t3.medium", 4.0, 30.4),
            ("m5.large", 8.0, 70.1),
            ("c5.xlarge", 8.0, 124.1),
            ("m5.xlarge", 16.0, 140.2),
            ("r5.xlarge", 32.0, 184.0),
            ("m5.2xlarge", 32.0, 280.3),
            ("m5.4xlarge", 64.0, 560.6),
        ],
        (Azure, Kind::Vm) => &[
            ("Standard_B1s", 1.0, 7.6),
            ("Standard_B2s", 4.0, 30.4),
            ("Standard_D2s_v5", 8.0, 70.1),
            ("Standard_F4s_v2", 8.0, 123.4),
            ("Standard_D4s_v5", 16.0, 140.2),
            ("Standard_E4s_v5", 32.0, 184.0),
            ("Standard_D8s_v5", 32.0, 280.3),
        ],
        (Gcp, Kind::Vm) => &[
            ("e2-micro", 1.0, 6.1),
            ("e2-small", 2.0, 12.2),
            ("e2-medium", 4.0, 24.5),
            ("n2-standard-2", 8.0, 70.9),
            ("n2-standard-4", 16.0, 141.8),
            ("n2-highmem-4", 32.0, 191.2),
            ("n2-standard-8", 32.0, 283.6),
        ],
        (Aws, Kind::Database) => &[
            ("db.t3.micro", 1.0, 12.4),
            ("db.t3.medium", 4.0, 49.6),
            ("db.m5.large", 8.0, 124.8),
            ("db.r5.large", 16.0, 182.5),
            ("db.r5.xlarge", 32.0, 365.0),
            ("db.r5.2xlarge", 64.0, 730.0),
        ],
        (Azure, Kind::Database) if def.native.starts_with("microsoft.sql/") => {
            &[("Basic", 1.0, 4.9), ("S0", 2.0, 14.7), ("S3", 8.0, 147.2), ("GP_Gen5_2", 10.4, 368.0), ("BC_Gen5_4", 20.8, 1986.0)]
        }
        (Azure, Kind::Database) => &[
            ("Standard_B1ms", 2.0, 12.4),
            ("Standard_D2ds_v4", 8.0, 126.3),
            ("Standard_D4ds_v4", 16.0, 252.6),
            ("Standard_E4ds_v4", 32.0, 347.5),
        ],
        (Gcp, Kind::Database) => &[
            ("db-f1-micro", 0.6, 7.7),
            ("db-g1-small", 1.7, 25.6),
            ("db-custom-2-8192", 8.0, 98.6),
            ("db-custom-4-16384", 16.0, 197.1),
            ("db-custom-8-32768", 32.0, 394.2),
        ],
        (Aws, Kind::Cache) => &[("cache.t3.micro", 0.5, 12.4), ("cache.m5.large", 6.4, 113.9), ("cache.r5.large", 13.1, 157.7)],
        (Azure, Kind::Cache) => &[("Basic_C0", 0.25, 16.1), ("Standard_C1", 1.0, 100.7), ("Premium_P1", 6.0, 404.4)],
        (Gcp, Kind::Cache) => &[("BASIC_1", 1.0, 35.8), ("STANDARD_HA_5", 5.0, 197.1), ("STANDARD_HA_10", 10.0, 335.8)],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_those_of_the_native_types() {
        for def in TYPES {
            assert_eq!(def.kind, Kind::of_native(def.cloud, def.native), "{}", def.native);
            assert!(def.id.contains("{account}") || def.id.contains("{name}") || def.place == Global, "{}", def.native);
        }
    }
}

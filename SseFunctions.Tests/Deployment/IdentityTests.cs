using System.Text.Json;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Deployment;

/// <summary>The rights of the app's identity in Azure, and that no resource accepts shared keys.</summary>
public sealed class IdentityTests
{
    private const string StorageBlobDataOwner = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";
    private const string StorageQueueDataContributor = "974c5e8b-45b9-4653-ba55-5f855dd0fb88";
    private const string StorageTableDataContributor = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3";
    private const string MonitoringMetricsPublisher = "3913510d-42f4-4e42-8a64-420c390055eb";
    private const string KeyVaultSecretsUser = "4633458b-17de-408a-b874-0445c86b69e6";
    private const string KeyVaultSecretsOfficer = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7";

    [Fact]
    public async Task Nothing_that_the_app_needs_opens_with_a_key()
    {
        var deployment = await AzureDeployment.Default();
        Assert.False(Property(deployment, "Microsoft.Storage/storageAccounts", "allowSharedKeyAccess").GetBoolean());
        Assert.False(Property(deployment, "Microsoft.Storage/storageAccounts", "allowBlobPublicAccess").GetBoolean());
        Assert.True(Property(deployment, "Microsoft.Insights/components", "DisableLocalAuth").GetBoolean());
        Assert.True(Property(deployment, "Microsoft.KeyVault/vaults", "enableRbacAuthorization").GetBoolean());
        var passwords = deployment.All("Microsoft.Web/sites/basicPublishingCredentialsPolicies").ToArray();
        Assert.Equal(2, passwords.Length);
        Assert.All(
            passwords, policy => Assert.False(policy.GetProperty("properties").GetProperty("allow").GetBoolean()));
    }

    [Fact]
    public async Task The_app_is_known_by_one_identity()
    {
        var deployment = await AzureDeployment.Default();
        var identity = deployment.Single("Microsoft.ManagedIdentity/userAssignedIdentities")
            .GetProperty("id").GetString()!;
        var assigned = deployment.Single("Microsoft.Web/sites").GetProperty("identity");
        Assert.Equal("UserAssigned", assigned.GetProperty("type").GetString());
        Assert.Equal(identity, Assert.Single(assigned.GetProperty("userAssignedIdentities").EnumerateObject()).Name);
        Assert.Equal(identity, deployment.App.GetProperty("keyVaultReferenceIdentity").GetString());
        var package = deployment.App.GetProperty("functionAppConfig")
            .GetProperty("deployment").GetProperty("storage").GetProperty("authentication");
        Assert.Equal("UserAssignedIdentity", package.GetProperty("type").GetString());
        Assert.Equal(identity, package.GetProperty("userAssignedIdentityResourceId").GetString());

        var settings = deployment.Settings;
        Assert.Equal(
            deployment.Single("Microsoft.Storage/storageAccounts").GetProperty("name").GetString(),
            settings["AzureWebJobsStorage__accountName"]);
        Assert.Equal("managedidentity", settings["AzureWebJobsStorage__credential"]);
        Assert.Contains(identity, settings["AzureWebJobsStorage__clientId"], StringComparison.Ordinal);
        Assert.Contains(
            "Authorization=AAD", settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"], StringComparison.Ordinal);
        Assert.DoesNotContain("AzureWebJobsStorage", settings.Keys);
    }

    [Fact]
    public async Task The_app_may_use_storage_write_telemetry_and_read_the_key()
    {
        var deployment = await AzureDeployment.Default();
        Assert.Equal(
            [
                StorageTableDataContributor,
                MonitoringMetricsPublisher,
                KeyVaultSecretsUser,
                StorageQueueDataContributor,
                StorageBlobDataOwner,
            ],
            Roles(deployment));
    }

    [Fact]
    public async Task Whoever_deploys_may_read_and_replace_the_key_if_he_is_named()
    {
        var deployment = await AzureDeployment.Customized();
        var officer = Assert.Single(Assignments(deployment), assignment => Role(assignment) == KeyVaultSecretsOfficer);
        Assert.Equal(AzureDeployment.Person, officer.GetProperty("properties").GetProperty("principalId").GetString());
        Assert.Contains("/Microsoft.KeyVault/vaults/", officer.GetProperty("id").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hub_is_closed_to_strangers_unless_asked_for_otherwise()
    {
        Assert.Equal("false", (await AzureDeployment.Default()).Settings["Hub__Anonymous"]);
        Assert.Equal("true", (await AzureDeployment.Customized()).Settings["Hub__Anonymous"]);
    }

    [Fact]
    public async Task The_publishers_key_is_a_reference() =>
        Assert.Contains(
            "@Microsoft.KeyVault(SecretUri=",
            (await AzureDeployment.Default()).Settings["Hub__Publisher__Key"],
            StringComparison.Ordinal);

    private static JsonElement Property(AzureDeployment deployment, string type, string name) =>
        deployment.Single(type).GetProperty("properties").GetProperty(name);

    private static IEnumerable<JsonElement> Assignments(AzureDeployment deployment) =>
        deployment.All("Microsoft.Authorization/roleAssignments");

    private static IEnumerable<string> Roles(AzureDeployment deployment) =>
        Assignments(deployment).Select(Role).Order();

    private static string Role(JsonElement assignment) =>
        assignment.GetProperty("properties").GetProperty("roleDefinitionId").GetString()!.Split('/')[^1];
}

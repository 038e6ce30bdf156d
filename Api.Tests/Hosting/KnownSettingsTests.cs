using CnnService.Api.Hosting;
using Microsoft.Extensions.Configuration;

namespace CnnService.Api.Tests.Hosting;

public sealed class KnownSettingsTests
{
    [Theory]
    [InlineData("Trainig__Threads")]
    [InlineData("TRAINIG__THREADS")]
    [InlineData("Training_Threads")]
    [InlineData("TRAINING_THREADS")]
    [InlineData("TrainingThreads")]
    [InlineData("Trainings:Threads")]
    [InlineData("Learning__CheckpointSeconds")]
    [InlineData("LEARNING__CHECKPOINTSECONDS")]
    [InlineData("Datasets__Megabytes")]
    [InlineData("ASPNETCORE_Trainig__Threads")]
    [InlineData("DOTNET_Training_Threads")]
    [InlineData("ASPNETCORE_URL")]
    [InlineData("ASPNETCORE_ENVIROMENT")]
    [InlineData("DOTNET_ENVIRONEMNT")]
    [InlineData("Allowed_Hosts")]
    [InlineData("AllowedHost")]
    [InlineData("Storage_DataDirectory")]
    [InlineData("Security_ApiKey")]
    [InlineData("SecurityApiKeys")]
    public void IsMisspelt_NamesLikeOurs_AreFound(string variable) => Assert.True(KnownSettings.IsMisspelt(variable));

    [Theory]
    [InlineData("Urls")]
    [InlineData("URLS")]
    [InlineData("ALLOWEDHOSTS")]
    [InlineData("training__threads")]
    [InlineData("Training:Threads")]
    [InlineData("Logging__LogLevel__Microsoft.AspNetCore")]
    [InlineData("Kestrel__Certificates__Default__Path")]
    [InlineData("ASPNETCORE_URLS")]
    [InlineData("ASPNETCORE_HTTP_PORTS")]
    [InlineData("ASPNETCORE_Training__Threads")]
    [InlineData("DOTNET_ENVIRONMENT")]
    public void IsMisspelt_OurNames_AreNot(string variable) => Assert.False(KnownSettings.IsMisspelt(variable));

    [Theory]
    [InlineData("URL HOST PORT HOSTNAME PATH HOME USER PWD _ SHLVL TERM LANG LC_ALL TZ TMPDIR LS_COLORS XDG_RUNTIME_DIR")]
    [InlineData("SSH_AUTH_SOCK API_KEY LOG_LEVEL DATA_DIR ENVIRONMENT KUBERNETES_SERVICE_HOST KUBERNETES_PORT_443_TCP_ADDR")]
    [InlineData("TRAINING_SERVICE_HOST TRAINING_PORT TRAINING_PORT_5080_TCP_PROTO STORAGE_PORT CNN_API_KEY APP_UID")]
    [InlineData("DOTNET_RUNNING_IN_CONTAINER DOTNET_VERSION ASPNET_VERSION DOTNET_EnableDiagnostics DOTNET_gcServer")]
    [InlineData("DOTNET_GCHeapHardLimit DOTNET_TieredPGO DOTNET_EnableAVX512 DOTNET_NOLOGO DOTNET_CLI_TELEMETRY_OPTOUT DOTNET_ROOT")]
    [InlineData("DOTNET_ROOT_X64 DOTNET_PreferredVectorBitWidth DOTNET_HOST_PATH DOTNET_WATCH DOTNET_ROLL_FORWARD")]
    [InlineData("ASPNETCORE_AUTO_RELOAD_WS_ENDPOINT ASPNETCORE_IIS_PHYSICAL_PATH ASPNETCORE_PORT ASPNETCORE_TOKEN")]
    [InlineData("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES MSBuildSDKsPath AIRFLOW__CORE__SQL_ALCHEMY_CONN __CF_USER_TEXT_ENCODING")]
    [InlineData("BASH_FUNC_module%% npm_config__jsr_registry OMP_NUM_THREADS GLIBC_TUNABLES STORAGE_ACCOUNT")]
    public void IsMisspelt_ForeignNames_AreNot(string variables) =>
        Assert.All(variables.Split(' '), variable => Assert.False(KnownSettings.IsMisspelt(variable), variable));

    [Fact]
    public void IsMisspelt_ThisMachine_HasNone() =>
        Assert.DoesNotContain(Environment.GetEnvironmentVariables().Keys.Cast<string>(), KnownSettings.IsMisspelt);

    [Fact]
    public void Check_EverySettingOfTheReadme_IsKnown() => KnownSettings.Check(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Logging:LogLevel:Default"] = "information",
            ["Logging:Console:LogLevel:Default"] = "None",
            ["Logging:Console:FormatterName"] = "JSON",
            ["Logging:Console:FormatterOptions:JsonWriterOptions:Indented"] = "true",
            ["Kestrel:Endpoints:Open:Url"] = "http://127.0.0.1:0",
        }).Build(), ["Urls", "AllowedHosts", "Training__Threads", "Logging__LogLevel__Default"]);
}

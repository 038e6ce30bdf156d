using CnnService.Api.Hosting;
using Microsoft.Extensions.Configuration;

namespace CnnService.Api.Tests.Hosting;

public sealed class OptionsTests
{
    [Fact]
    public void AllowedHosts_WithAPort_IsRefused()
    {
        OriginCheck.Check(new ServerOptions { AllowedHosts = "localhost;127.0.0.1;[::1];*" });
        Assert.Equal(
            "AllowedHosts has \"lab:5080\"; give names without ports, with ; between several.",
            Assert.Throws<StartupException>(() => OriginCheck.Check(new ServerOptions { AllowedHosts = "localhost; lab:5080" })).Message);
    }

    [Fact]
    public void Options_NothingConfigured_HaveTheDocumentedDefaults()
    {
        Assert.Equivalent(new { Urls = "http://127.0.0.1:5080", AllowedHosts = "localhost;127.0.0.1;[::1]" }, Read<ServerOptions>(""), strict: true);
        Assert.Equivalent(new { ApiKey = "", AllowAnonymous = false, AllowedOrigins = "" }, Read<SecurityOptions>("Security"), strict: true);
        Assert.Equivalent(new { DataDirectory = "data" }, Read<StorageOptions>("Storage"), strict: true);
        Assert.Equivalent(
            new { Threads = 0, ConcurrentRuns = 1, CheckpointSeconds = 15, MemoryLimitMegabytes = 4096, QueueLimit = 1000 }, Read<TrainingOptions>("Training"), strict: true);
        Assert.Equivalent(new { Connections = 0 }, Read<LimitsOptions>("Limits"), strict: true);
        Assert.Equivalent(new { DatasetMegabytes = 512, PredictMegabytes = 10 }, Read<UploadsOptions>("Uploads"), strict: true);
    }

    [Fact]
    public void Options_Configured_TakeTheValues()
    {
        Assert.Equal(7, Read<TrainingOptions>("Training", ("training:threads", " 7 ")).Threads);
        Assert.True(Read<SecurityOptions>("Security", ("Security:AllowAnonymous", "True")).AllowAnonymous);
        Assert.Equal("", Read<SecurityOptions>("Security", ("Security:ApiKey", "")).ApiKey);
    }

    [Theory]
    [InlineData("Training:Threads", "many", "Training:Threads is \"many\"; give a whole number.")]
    [InlineData("Training:Threads", "1025", "Training:Threads is 1025; give a number from 0 to 1,024.")]
    [InlineData("Training:ConcurrentRuns", "0", "Training:ConcurrentRuns is 0; give a number from 1 to 64.")]
    [InlineData("Training:Threads:0", "1", "Training:Threads is a list or an object; give one text, with ; between several values.")]
    public void Options_UnusableValue_AreRefusedInWords(string name, string value, string expected) =>
        Assert.Equal(expected, Assert.Throws<StartupException>(() => Read<TrainingOptions>("Training", (name, value))).Message);

    [Fact]
    public void Options_UnknownName_AreRefusedWithTheKnownOnes() => Assert.Equal(
        "Uploads:Megabytes is not a known setting; known are Uploads:DatasetMegabytes, Uploads:PredictMegabytes.",
        Assert.Throws<StartupException>(() => Read<UploadsOptions>("Uploads", ("Uploads:Megabytes", "1"))).Message);

    [Fact]
    public void Options_EmptyRequiredValue_AreRefused() => Assert.Equal(
        "Storage:DataDirectory is empty; give a value, or leave the setting out.",
        Assert.Throws<StartupException>(() => Read<StorageOptions>("Storage", ("Storage:DataDirectory", " "))).Message);

    private static T Read<T>(string section, params (string Name, string Value)[] settings)
        where T : class, new() =>
        Settings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value)).Build(), section, new T());
}

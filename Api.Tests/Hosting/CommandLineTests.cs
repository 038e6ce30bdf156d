using CnnService.Api.Hosting;

namespace CnnService.Api.Tests.Hosting;

public sealed class CommandLineTests
{
    [Fact]
    public void Parse_Settings_GoToTheConfiguration() => Assert.Equal(
        ["--Urls=http://127.0.0.1:1", "--training:threads=-1", "--Security:ApiKey=a=b"],
        CommandLine.Parse(["--Urls", "http://127.0.0.1:1", "--training:threads", "-1", "--Security:ApiKey=a=b"]).Configuration);

    [Theory]
    [InlineData("--health", "http://127.0.0.1:5080/healthz/live")]
    [InlineData("--health=http://127.0.0.1:5080/healthz/live")]
    public void Parse_OwnSwitch_IsKeptFromTheConfiguration(params string[] args)
    {
        CommandLine commandLine = CommandLine.Parse(args);

        Assert.Empty(commandLine.Configuration);
        Assert.Equal(new Uri("http://127.0.0.1:5080/healthz/live"), commandLine.HealthAddress);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://127.0.0.1:5080/")]
    public void Parse_HealthOfAnAddressWithoutAPath_AsksWhetherItIsReady(string address) =>
        Assert.Equal(new Uri("http://127.0.0.1:5080/healthz/ready"), CommandLine.Parse(["--health", address]).HealthAddress);

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Parse_Help_TellsSwitchesAndSettings(string name)
    {
        string text = CommandLine.Parse([name]).Print!;

        foreach (string word in (string[])["--demo", "--verify", "--health URL", "--Training:CheckpointSeconds", "15  (1 to 3,600)", "--Urls", "http://127.0.0.1:5080"])
            Assert.Contains(word, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Version_TellsIt() => Assert.Matches(@"^\d+\.\d+\.\d+$", CommandLine.Parse(["--version"]).Print);

    [Theory]
    [InlineData(true, false, "--demo")]
    [InlineData(true, true, "--demo", "--exit")]
    [InlineData(true, true, "--exit", "--Urls", "http://127.0.0.1:1", "--demo")]
    [InlineData(false, false)]
    public void Parse_Demo_IsKeptFromTheConfiguration(bool demo, bool exit, params string[] args)
    {
        CommandLine commandLine = CommandLine.Parse(args);

        Assert.Equal((demo, exit), (commandLine.Demo, commandLine.Exit));
        Assert.DoesNotContain(commandLine.Configuration, argument => argument.Contains("demo", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--exit belongs to --demo", "--exit")]
    [InlineData("The argument now is not understood", "--demo", "now")]
    [InlineData("The setting --Urls needs a value", "--Urls")]
    [InlineData("The setting --Urls needs a value", "--Urls", "--Training:Threads", "1")]
    [InlineData("The switch --fast is unknown", "--fast")]
    [InlineData("The switch --Trainings:Threads is unknown", "--Trainings:Threads", "1")]
    [InlineData("The argument serve is not understood", "serve")]
    [InlineData("--health needs an address", "--health")]
    [InlineData("--health needs an address", "--health", "5080")]
    public void Parse_WhatMeansNothing_IsRefused(string expected, params string[] args) =>
        Assert.StartsWith(expected, Assert.Throws<StartupException>(() => CommandLine.Parse(args)).Message, StringComparison.Ordinal);
}

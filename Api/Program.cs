using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Demonstration;
using CnnService.Api.Hosting;
using CnnService.Api.Models;
using CnnService.Api.Plots;
using CnnService.Api.Runs;
using CnnService.Api.Verification;
using Microsoft.Extensions.Hosting.WindowsServices;

using var signals = new StopSignals();
try
{
    CommandLine commandLine = CommandLine.Parse(args);
    if (commandLine.Print is { } text)
    {
        Console.WriteLine(text);
        return 0;
    }

    if (commandLine.HealthAddress is { } address) return await HealthProbe.AskAsync(address, signals.First);

    WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = commandLine.Configuration,
        ContentRootPath = WindowsServiceHelpers.IsWindowsService() ? AppContext.BaseDirectory : null, // services start in the system's folder
    });
    builder.Services.AddSystemd();
    builder.Services.AddWindowsService();
    builder.AddHosting();
    builder.Services.AddDatabase();
    builder.Services.AddDatasets();
    builder.Services.AddModels();
    builder.Services.AddRuns();
    builder.Services.AddPlots();

    await using WebApplication app = builder.Build();
    signals.First.Register(app.Lifetime.StopApplication);
    app.CheckSettings();
    if (commandLine.Verify) return await DataVerification.RunAsync(app, app.Lifetime.ApplicationStopping);
    ListenAddresses.CheckFree(app.Services);
    await app.PrepareDataAsync(
        cancel => Database.PrepareAsync(app.Services, cancel),
        cancel => app.Services.GetRequiredService<DatasetStore>().PrepareAsync(cancel));
    app.UseHosting();
    app.UseKey();
    app.MapDatasets();
    app.MapRuns();
    app.MapPresets();
    app.MapModels();
    app.MapPlots();
    WarmUp.Run();
    return commandLine.Demo ? await Demo.ShowAsync(app, commandLine.Exit) : await ServeAsync(app);
}
catch (OperationCanceledException) when (signals.First.IsCancellationRequested)
{
    return 0; // a start that was stopped
}
catch (Exception e) when (StartupException.Describe(e) is { } reason)
{
    Console.Error.WriteLine(reason);
    return 1;
}

static async Task<int> ServeAsync(WebApplication app)
{
    await app.RunAsync();
    return 0;
}

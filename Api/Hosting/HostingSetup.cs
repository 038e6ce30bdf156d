namespace CnnService.Api.Hosting;

/// <summary>What every endpoint stands on: options, the data directory, JSON, problems, health.</summary>
public static class HostingSetup
{
    /// <summary>Registers it.</summary>
    public static void AddHosting(this WebApplicationBuilder builder)
    {
        AddOptions<StorageOptions>(builder, "Storage");
        AddOptions<TrainingOptions>(builder, "Training");
        AddOptions<UploadsOptions>(builder, "Uploads");
        builder.Services.AddSingleton<DataDirectory>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ProblemHandler>();
        builder.Services.AddHealthChecks();
    }

    /// <summary>Puts it in front of the endpoints.</summary>
    public static void UseHosting(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapHealthChecks("/healthz/live");
    }

    private static void AddOptions<T>(WebApplicationBuilder builder, string section)
        where T : class =>
        builder.Services.AddOptions<T>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
}

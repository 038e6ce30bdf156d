using CnnService.Api.Data;
using CnnService.Api.Hosting;

try
{
    WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
    builder.AddHosting();
    builder.Services.AddDatabase();

    WebApplication app = builder.Build();
    await Database.PrepareAsync(app.Services, app.Lifetime.ApplicationStopping);
    app.UseHosting();
    await app.RunAsync();
    return 0;
}
catch (StartupException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

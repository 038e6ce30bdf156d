using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CnnService.Training;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CnnService.Api.Hosting;

/// <summary>Tells which program this is.</summary>
internal static class VersionApi
{
    /// <summary>The version of the service.</summary>
    public static string Version { get; } =
        typeof(VersionApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Maps the address.</summary>
    public static void MapVersion(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/version", Get).AnswersHead().WithTags("Service").WithName("getVersion").WithSummary("Tells the version of the service, of its runtime and of its numerics.");

    private static Ok<ServiceVersion> Get() => TypedResults.Ok(new ServiceVersion
    {
        Version = Version,
        Runtime = RuntimeInformation.FrameworkDescription,
        Simd = Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : Vector128.IsHardwareAccelerated ? "128" : "none",
        Numerics = Numerics.Version,
    });
}

/// <summary>The program that answers.</summary>
internal sealed record ServiceVersion
{
    /// <summary>The version of the service.</summary>
    public required string Version { get; init; }

    /// <summary>The .NET runtime under it.</summary>
    public required string Runtime { get; init; }

    /// <summary>Bits of the vectors that training uses: 512, 256, 128, or none.</summary>
    public required string Simd { get; init; }

    /// <summary>The version of the library's sums: equal runs give equal bits where it is equal.</summary>
    public required int Numerics { get; init; }
}

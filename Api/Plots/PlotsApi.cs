using System.ComponentModel;
using CnnService.Api.Description;
using CnnService.Api.Hosting;
using CnnService.Api.Models;
using CnnService.Api.Runs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace CnnService.Api.Plots;

/// <summary>Runs to look at and to hand on: their curves as a picture, and all that is known of one in a file.</summary>
internal static class PlotsApi
{
    private const int MostOthers = 8; // as many colours can be told apart

    private const string OthersWords = "The ids of up to 8 further runs that are drawn with it, with commas between them.";

    /// <summary>Registers what reads for them.</summary>
    public static void AddPlots(this IServiceCollection services)
    {
        services.AddScoped<PlotReader>();
        services.AddScoped<ReportReader>();
    }

    /// <summary>The routes.</summary>
    public static void MapPlots(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder runs = app.MapGroup("/api/runs/{id:guid}").AnswersHead().WithTags("Runs").Refuses(404, 503);
        runs.MapGet("/plot.png", GetPng).WithName("getPlotPng").WithSummary("The loss and the accuracies of a run, or of several, as a picture of 1200x800 pixels.")
            .Produces(200, contentType: "image/png");
        runs.MapGet("/plot.svg", GetSvg).WithName("getPlotSvg").WithSummary("The same picture as SVG, sharp at any size; its words are outlines, so that no font is needed.")
            .Produces(200, contentType: "image/svg+xml");
        runs.MapGet("/report.html", GetReport).WithName("getReport")
            .WithSummary("All of a run in one HTML file: results, curves, confusion, mistakes, filters, spec, hashes, and how to call it.").Produces(200, contentType: "text/html");
    }

    private static async Task<FileContentHttpResult> GetPng(
        [Description(RunsApi.IdWords)] Guid id, PlotReader plots, Desk desk, CancellationToken cancel, [Description(OthersWords)] string? runs = null)
    {
        RunPlot plot = await ReadAsync(plots, id, runs, cancel);
        return TypedResults.Bytes(await desk.DoAsync(() => PlotFile.ToPng(plot), cancel), "image/png");
    }

    private static async Task<ContentHttpResult> GetSvg(
        [Description(RunsApi.IdWords)] Guid id, PlotReader plots, Desk desk, CancellationToken cancel, [Description(OthersWords)] string? runs = null)
    {
        RunPlot plot = await ReadAsync(plots, id, runs, cancel);
        return TypedResults.Content(await desk.DoAsync(() => PlotFile.ToSvg(plot), cancel), "image/svg+xml; charset=utf-8");
    }

    private static async Task<ContentHttpResult> GetReport(
        [Description(RunsApi.IdWords)] Guid id, ReportReader reports, HttpContext context, IOptions<SecurityOptions> security, CancellationToken cancel)
    {
        ReportContent content = await reports.ReadAsync(id, cancel) ?? throw ProblemException.NotFound($"Run {id}");
        HttpRequest request = context.Request;
        var caller = new ReportCaller($"{request.Scheme}://{request.Host}{request.PathBase}", security.Value.ApiKey.Length > 0);
        context.Response.Headers.ContentSecurityPolicy = Report.Policy;
        context.Response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        return TypedResults.Content(new Report(content, caller).ToText(), "text/html; charset=utf-8");
    }

    private static async Task<RunPlot> ReadAsync(PlotReader plots, Guid id, string? others, CancellationToken cancel)
    {
        Guid[] further = others is null ? [] : [.. others.Split(',', StringSplitOptions.TrimEntries).Select(Parse).Where(other => other != id).Distinct()];
        if (further.Length > MostOthers) throw new ProblemException(400, $"runs has {further.Length} different ids; give at most {MostOthers}.", "runs");
        List<PlottedRun> drawn = [await plots.ReadAsync(id, cancel) ?? throw ProblemException.NotFound($"Run {id}")];
        foreach (Guid other in further)
            drawn.Add(await plots.ReadAsync(other, cancel) ?? throw new ProblemException(400, $"runs has {other}, which is no run.", "runs"));
        return new RunPlot(drawn);
    }

    private static Guid Parse(string text) => Guid.TryParse(text, out Guid id) ? id : throw new ProblemException(400, $"runs has \"{text}\", which is no id.", "runs");
}

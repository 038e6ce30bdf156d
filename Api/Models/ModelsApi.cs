using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using CnnService.Api.Data;
using CnnService.Api.Description;
using CnnService.Api.Hosting;
using CnnService.Api.Pictures;
using CnnService.Api.Runs;
using CnnService.Training;
using CnnService.Training.Augmentations;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace CnnService.Api.Models;

/// <summary>What a run has learned: its predictions, its parameters, and two looks inside.</summary>
internal static class ModelsApi
{
    /// <summary>Registers what predicts.</summary>
    public static void AddModels(this IServiceCollection services)
    {
        services.AddSingleton<BestParameters>();
        services.AddSingleton(provider =>
            new ModelCache(provider.GetRequiredService<ContentStore>(), provider.GetRequiredService<BestParameters>()));
        services.AddSingleton<Desk>();
        services.AddSingleton<Predictions>();
        services.AddSingleton<ValidationResults>();
    }

    /// <summary>The routes.</summary>
    public static void MapModels(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder models = app.MapGroup("/api/runs/{id:guid}").AnswersHead().WithTags("Models").Refuses(404, 409, 500, 503);
        models.MapPost("/predict", Predict).WithName("predict").WithSummary("Predicts the class of one picture, or of up to 1,000 parts named \"file\".")
            .WithMetadata(new PictureBodies()).Refuses(413, 415);
        models.MapGet("/parameters", GetParameters).WithName("getParameters").WithSummary("The best or last parameters as safetensors; the ETag is their SHA-256.")
            .Produces(200, contentType: "application/octet-stream").Produces(206, contentType: "application/octet-stream").Produces(304).Refuses(412, 416);
        models.MapGet("/filters.png", GetFilters).WithName("getFilters").WithSummary("The first convolution's filters as a picture.")
            .Produces(200, contentType: "image/png");
        models.MapValidation();
    }

    private static async Task<Ok<Prediction>> Predict(
        [Description(RunsApi.IdWords)] Guid id, HttpRequest request, Predictions predictions, ModelCache models, IOptions<UploadsOptions> uploads,
        ServiceStop stop, CancellationToken cancel,
        [Description("The number of classes to tell, from 1; at most all are told.")] long topK = 5,
        [Description("The way to bring pictures of other sizes to that of the model (false refuses them); left out, the way of the dataset.")]
        [AllowedValues("false", "true", "squash", "crop", "pad")]
        string? resize = null,
        [Description("What a picture is seen as: itself, with its mirror image, or six views, whose mean scores count; left out, as the run was evaluated.")]
        [AllowedValues("none", "mirror", "mirror-translate")]
        string? testTimeAugmentation = null)
    {
        if (topK < 1) throw new ProblemException(400, $"topK is {topK}; give at least 1.", "topK");
        Resize? asked = resize is null ? null : Fitting.ParseResize(resize) ?? throw new ProblemException(400, $"resize is \"{resize}\"; give {Fitting.ResizeWords}.", "resize");
        TestTimeAugmentation? augmentation = ParseAugmentation(testTimeAugmentation);
        BestModel best = await models.BestAsync(id, cancel); // before a body is read for nothing
        IReadOnlyList<SentPicture> pictures =
            await stop.ReceiveAsync(request, receiving => SentPictures.ReadAsync(request, uploads.Value.PredictMegabytes, receiving));
        Fitting fitting = best.Fitting with { Resize = asked ?? best.Fitting.Resize };
        var how = new AskedPrediction((int)Math.Min(topK, int.MaxValue), fitting, augmentation);
        return TypedResults.Ok(new Prediction(id, best.Iteration, await predictions.PredictAsync(best.Model, pictures, how, cancel)));
    }

    private static TestTimeAugmentation? ParseAugmentation(string? text) => text switch
    {
        null => null,
        "none" => TestTimeAugmentation.None,
        "mirror" => TestTimeAugmentation.Mirror,
        "mirror-translate" => TestTimeAugmentation.MirrorTranslate,
        _ => throw new ProblemException(400, $"testTimeAugmentation is \"{text}\"; give none, mirror or mirror-translate.", "testTimeAugmentation"),
    };

    private static async Task<Results<FileStreamHttpResult, StatusCodeHttpResult>> GetParameters(
        [Description(RunsApi.IdWords)] Guid id, HttpContext context, ServiceDb db, ContentStore contents, CancellationToken cancel,
        [Description("The best parameters, or those of the last iteration, which are there when the run has completed.")]
        [AllowedValues("best", "last")]
        string which = "best")
    {
        WhichParameters wanted = which switch
        {
            "best" => WhichParameters.Best,
            "last" => WhichParameters.Last,
            _ => throw new ProblemException(400, $"which is \"{which}\"; give best or last.", "which"),
        };
        while (true)
        {
            StoredParameters stored = await StoredParameters.FindAsync(db, id, wanted, cancel);
            var current = new EntityTagHeaderValue($"\"{stored.Sha256}\"");
            IList<EntityTagHeaderValue> known = context.Request.GetTypedHeaders().IfNoneMatch;
            if (known.Any(tag => tag.Compare(current, useStrongComparison: false) || tag.Equals(EntityTagHeaderValue.Any)))
            {
                context.Response.GetTypedHeaders().ETag = current;
                return TypedResults.StatusCode(StatusCodes.Status304NotModified);
            }

            if (await contents.OpenAsync(stored.Content, cancel) is { } file) // else better ones have replaced them since they were found
            {
                CheckRange(context, file.Length);
                return TypedResults.Stream(
                    file, "application/octet-stream", $"{id}-{which}.safetensors", entityTag: current, enableRangeProcessing: true);
            }
        }
    }

    // The framework takes ranges of any unit for bytes, those of HEAD, and those on the condition of a date that the file does not have (RFC 9110,
    // sections 14.2 and 13.1.5), and answers one that lies outside without a word.
    private static void CheckRange(HttpContext context, long length)
    {
        RequestHeaders headers = context.Request.GetTypedHeaders();
        if (headers.Range is not { } range) return;
        bool isNone = HttpMethods.IsHead(context.Request.Method) || headers.IfRange?.LastModified is not null;
        if (isNone || !range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase)) context.Request.Headers.Range = default;
        else if (headers.IfRange is null && range.Ranges is { Count: 1 } && range.Ranges.Single() is var asked && (asked.From >= length || asked is { From: null, To: 0 }))
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.ContentRange = $"bytes */{length}";
                return Task.CompletedTask;
            });
            throw new ProblemException(416, $"The file has {length} bytes; ask for a range of them.");
        }
    }

    private static async Task<FileContentHttpResult> GetFilters(
        [Description(RunsApi.IdWords)] Guid id, ModelCache models, CancellationToken cancel)
    {
        BestModel best = await models.BestAsync(id, cancel);
        return FirstFilters.Of(best.Model.Model) is FirstFilters filters
            ? TypedResults.Bytes(FilterSheet.ToPng(filters), "image/png")
            : throw ProblemException.Conflict("The run's first layer with weights is no convolution, so there are no filters to look at.");
    }
}

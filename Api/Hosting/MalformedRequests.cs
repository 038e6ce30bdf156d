using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.WebUtilities;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace CnnService.Api.Hosting;

/// <summary>
/// Answers requests that are not valid HTTP with a problem document. Kestrel refuses them before any middleware, with a status and without a
/// body. It tells of it first, by the event Microsoft.AspNetCore.Server.Kestrel.BadRequest; then the whole answer is sent here, and what Kestrel
/// writes afterwards is dropped.
/// </summary>
internal sealed class MalformedRequests(TimeProvider time) : IObserver<KeyValuePair<string, object?>>
{
    private const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>Lets connections be answered so.</summary>
    public static void Prepare(KestrelServerOptions kestrel) => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection =>
    {
        connection.Transport = new Pipes(connection.Transport.Input, new Output(connection.Transport.Output));
        return next(connection);
    }));

    /// <summary>Answers from now on.</summary>
    public static void Answer(IServiceProvider services) => services.GetRequiredService<DiagnosticListener>()
        .Subscribe(new MalformedRequests(services.GetRequiredService<TimeProvider>()), name => name == Event);

    /// <inheritdoc/>
    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is IFeatureCollection features
            && features.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException refusal
            && features.Get<IHttpResponseFeature>() is { HasStarted: false }
            && features.Get<IConnectionTransportFeature>()?.Transport.Output is Output output)
            output.End(AnswerOf(refusal, new DefaultHttpContext(features)));
    }

    /// <inheritdoc/>
    public void OnCompleted()
    {
    }

    /// <inheritdoc/>
    public void OnError(Exception error)
    {
    }

    private byte[] AnswerOf(BadHttpRequestException refusal, HttpContext http)
    {
        var problem = new ProblemDetails { Status = refusal.StatusCode, Detail = DetailOf(refusal) };
        ProblemWriter.Complete(problem, http);
        byte[] document = JsonSerializer.SerializeToUtf8Bytes(problem, ApiJson.Options);
        string head = string.Create(CultureInfo.InvariantCulture, $"""
            HTTP/1.1 {refusal.StatusCode} {ReasonPhrases.GetReasonPhrase(refusal.StatusCode)}
            Content-Length: {document.Length}
            Content-Type: {ProblemWriter.MediaType}
            Date: {time.GetUtcNow():R}
            Connection: close


            """);
        return [.. Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n")), .. document];
    }

    // Of Kestrel's words those before the quotation, which is there only where much is logged.
    private static string DetailOf(BadHttpRequestException refusal) => refusal.StatusCode switch
    {
        StatusCodes.Status408RequestTimeout => "The request came too slowly.",
        StatusCodes.Status414UriTooLong => "The address of the request is too long.",
        StatusCodes.Status431RequestHeaderFieldsTooLarge => "The headers of the request are too many or too long.",
        _ => $"The request is not valid HTTP: {refusal.Message.Split(": '")[0].TrimEnd('.')}.",
    };

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>What is sent to a client, until its last answer is given.</summary>
    private sealed class Output(PipeWriter connection) : PipeWriter
    {
        private bool ended;

        public override bool CanGetUnflushedBytes => connection.CanGetUnflushedBytes;

        public override long UnflushedBytes => connection.UnflushedBytes;

        public void End(byte[] answer)
        {
            connection.Write(answer);
            _ = connection.FlushAsync().AsTask(); // a client that reads nothing is not waited for: the connection ends now
            ended = true;
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => ended ? new byte[Math.Max(sizeHint, 1)] : connection.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => ended ? new byte[Math.Max(sizeHint, 1)] : connection.GetSpan(sizeHint);

        public override void Advance(int bytes)
        {
            if (!ended) connection.Advance(bytes);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => connection.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => connection.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => connection.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => connection.CompleteAsync(exception);
    }
}

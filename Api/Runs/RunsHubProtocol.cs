using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace CnnService.Api.Runs;

/// <summary>
/// SignalR's JSON protocol, in which <see cref="RunsHub.Watch"/> may leave out its second argument, or give it as null or as text, as REST takes its
/// <c>after</c>. The framework wants all arguments, and tells nobody what was wrong with them.
/// </summary>
/// <param name="json">The framework's protocol.</param>
internal sealed class RunsHubProtocol(JsonHubProtocol json) : IHubProtocol
{
    private const int FrameEndLength = 1; // the byte 0x1e

    /// <inheritdoc/>
    public string Name => json.Name;

    /// <inheritdoc/>
    public int Version => json.Version;

    /// <inheritdoc/>
    public TransferFormat TransferFormat => json.TransferFormat;

    /// <inheritdoc/>
    public bool IsVersionSupported(int version) => json.IsVersionSupported(version);

    /// <inheritdoc/>
    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => json.WriteMessage(message, output);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => json.GetMessageBytes(message);

    /// <inheritdoc/>
    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        ReadOnlySequence<byte> before = input;
        if (!json.TryParseMessage(ref input, binder, out message)) return false;
        if (message is InvocationBindingFailureMessage { Target: nameof(RunsHub.Watch) or nameof(RunsHub.WatchAll) } failure)
            message = Read(before.Slice(0, before.Length - input.Length - FrameEndLength), failure);
        return true;
    }

    private static HubMessage Read(ReadOnlySequence<byte> frame, InvocationBindingFailureMessage failure)
    {
        using JsonDocument call = JsonDocument.Parse(frame);
        JsonElement[] arguments = call.RootElement.TryGetProperty("arguments", out JsonElement given) && given.ValueKind == JsonValueKind.Array
            ? [.. given.EnumerateArray()]
            : [];
        if (failure.Target == nameof(RunsHub.WatchAll)) return Refused("WatchAll takes no arguments.");
        if (arguments is not [{ ValueKind: JsonValueKind.String } run, .. { Length: <= 1 } more] || After(more) is not { } after)
            return Refused("Watch takes a run id and a sequence number, which is 0 when it is left out.");
        return failure.InvocationId is { } id ? new StreamInvocationMessage(id, failure.Target, [run.GetString(), after]) : failure;

        InvocationBindingFailureMessage Refused(string reason) =>
            new(failure.InvocationId, failure.Target, ExceptionDispatchInfo.Capture(new HubException(reason)));
    }

    // The sequence number; null for what is none.
    private static long? After(JsonElement[] more) => more switch
    {
        [] or [{ ValueKind: JsonValueKind.Null }] => 0,
        [{ ValueKind: JsonValueKind.Number } number] => number.TryGetInt64(out long value) ? value : null,
        [{ ValueKind: JsonValueKind.String } text] => long.TryParse(text.GetString(), CultureInfo.InvariantCulture, out long value) ? value : null,
        _ => null,
    };
}

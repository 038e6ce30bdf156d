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
        if (message is InvocationBindingFailureMessage failure) message = Understood(before.Slice(0, before.Length - input.Length - FrameEndLength), failure);
        return true;
    }

    private static HubMessage Understood(ReadOnlySequence<byte> frame, InvocationBindingFailureMessage failure)
    {
        if (Is(nameof(RunsHub.WatchAll))) return Refused(failure, "WatchAll takes no arguments.");
        if (!Is(nameof(RunsHub.Watch))) return failure;
        try
        {
            return Watch(frame, failure) ?? Refused(failure, "Watch takes a run id and a sequence number, which is 0 when it is left out.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // half of a surrogate pair, or bytes behind the call
        {
            return failure;
        }

        bool Is(string method) => string.Equals(failure.Target, method, StringComparison.OrdinalIgnoreCase);
    }

    private static InvocationBindingFailureMessage Refused(InvocationBindingFailureMessage failure, string reason) =>
        new(failure.InvocationId, failure.Target, ExceptionDispatchInfo.Capture(new HubException(reason)));

    // Null for arguments that mean nothing.
    private static HubMessage? Watch(ReadOnlySequence<byte> frame, InvocationBindingFailureMessage failure)
    {
        using JsonDocument call = JsonDocument.Parse(frame);
        JsonElement[] arguments = call.RootElement.TryGetProperty("arguments", out JsonElement given) && given.ValueKind == JsonValueKind.Array
            ? [.. given.EnumerateArray()]
            : [];
        if (arguments is not [{ ValueKind: JsonValueKind.String } run, .. { Length: <= 1 } more] || After(more) is not { } after) return null;
        bool isStream = call.RootElement.GetProperty("type").GetInt32() == HubProtocolConstants.StreamInvocationMessageType;
        return isStream && failure.InvocationId is { } id
            ? new StreamInvocationMessage(id, failure.Target, [run.GetString(), after])
            : new InvocationMessage(failure.InvocationId, failure.Target, [run.GetString(), after]); // which the framework refuses
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

using System.Buffers;
using System.IO.Pipelines;

namespace CnnService.Api.Hosting;

/// <summary>
/// A request's body whose reading ends with an <see cref="OperationCanceledException"/> when stopping begins. A read of the framework's
/// stream that is cancelled by its token cannot be completed any more, so the server logs an error when it takes in what the client still
/// sends.
/// </summary>
/// <param name="body">The server's own reader.</param>
/// <param name="stopping">Cancelled when stopping begins.</param>
internal sealed class StoppableBody(PipeReader body, CancellationToken stopping) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>
    /// Reads what is there, or waits for it. The token does not end a read that is under way: the server ends it when the client has gone.
    /// </summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using CancellationTokenRegistration end = stopping.Register(body.CancelPendingRead);
        while (true)
        {
            ReadResult read = await body.ReadAsync(CancellationToken.None);
            int length = read.IsCanceled ? 0 : (int)Math.Min(buffer.Length, read.Buffer.Length);
            ReadOnlySequence<byte> taken = read.Buffer.Slice(0, length);
            taken.CopyTo(buffer.Span);
            body.AdvanceTo(taken.End);
            if (read.IsCanceled) throw new OperationCanceledException(stopping);
            if (length > 0 || read.IsCompleted || buffer.Length == 0) return length;
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

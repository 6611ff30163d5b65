using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Temporal.Grpc;

/// <summary>
/// The server half: finds the handler of a call, hands it the message, and writes answer and status. Use it as a request delegate in any
/// pipeline, or through <see cref="GrpcServer"/>.
/// </summary>
/// <param name="handlers">Handlers by <c>/package.Service/Method</c>; not changed afterwards.</param>
/// <param name="maxRequestSize">Largest request in bytes, after decompression.</param>
public sealed class GrpcDispatcher(IReadOnlyDictionary<string, GrpcHandler> handlers, ILogger logger, int maxRequestSize = 4 * 1024 * 1024)
{
    // Both go into headers, and clients that meet longer headers than they take give up the whole connection with all its calls.
    private const int LongestMessage = 8 * 1024;
    private const int LargestDetails = 24 * 1024;

    // Three bytes of a character, each as %XX.
    private const int WorstEncoding = 9;

    /// <summary>Answers one HTTP request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        var contentType = http.Request.ContentType;
        if (
            contentType is null
            || !contentType.StartsWith(GrpcEncoding.ContentType, StringComparison.OrdinalIgnoreCase)
            || !HttpMethods.IsPost(http.Request.Method)
        )
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        http.Response.ContentType = GrpcEncoding.ContentType;
        var method = http.Request.Path.Value ?? "";
        using var context = new GrpcServerCallContext(http, method);
        GrpcResponse response;
        try
        {
            if (!handlers.TryGetValue(method, out var handler))
            {
                throw Unknown(method);
            }

            response = await handler(context, await ReadAsync(http));
        }
        catch (Exception e)
        {
            await FailAsync(http, context, e);
            return;
        }

        try
        {
            Write(http, response);
            if (context.MustBeDelivered)
            {
                var flushed = await http.Response.BodyWriter.FlushAsync(CancellationToken.None);
                if (flushed.IsCompleted || http.RequestAborted.IsCancellationRequested)
                {
                    context.Undelivered();
                    return;
                }
            }

            http.Response.AppendTrailer("grpc-status", "0");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            context.Undelivered();
        }
    }

    private static GrpcException Unknown(string method)
    {
        var slash = method.LastIndexOf('/');
        return new GrpcException(
            GrpcStatusCode.Unimplemented,
            slash > 0 ? $"unknown method {method[(slash + 1)..]} for service {method[1..slash]}" : $"malformed method name: \"{method}\""
        );
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync();
            var buffer = read.Buffer;
            if (buffer.Length >= GrpcEncoding.PrefixLength)
            {
                var (compressed, length) = ReadPrefix(buffer);
                if (length > maxRequestSize)
                {
                    throw GrpcEncoding.TooLarge(length, maxRequestSize);
                }

                if (buffer.Length >= GrpcEncoding.PrefixLength + length)
                {
                    var message = buffer.Slice(GrpcEncoding.PrefixLength, length).ToArray();
                    reader.AdvanceTo(buffer.End);
                    return compressed ? Decompress(http, message) : message;
                }
            }

            if (read.IsCompleted)
            {
                throw new GrpcException(GrpcStatusCode.Internal, "the request ended in the middle of its message");
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static (bool Compressed, uint Length) ReadPrefix(ReadOnlySequence<byte> buffer)
    {
        Span<byte> prefix = stackalloc byte[GrpcEncoding.PrefixLength];
        buffer.Slice(0, prefix.Length).CopyTo(prefix);
        return GrpcEncoding.ReadPrefix(prefix);
    }

    private byte[] Decompress(HttpContext http, byte[] message)
    {
        var encoding = http.Request.Headers["grpc-encoding"].ToString();
        if (encoding != "gzip")
        {
            http.Response.Headers["grpc-accept-encoding"] = "identity,gzip";
            throw new GrpcException(GrpcStatusCode.Unimplemented, $"grpc: Decompressor is not installed for grpc-encoding \"{encoding}\"");
        }

        return GrpcEncoding.Decompress(message, maxRequestSize);
    }

    private static void Write(HttpContext http, GrpcResponse response)
    {
        var size = response.Size;
        var writer = http.Response.BodyWriter;
        var span = writer.GetSpan(size + GrpcEncoding.PrefixLength);
        GrpcEncoding.WritePrefix(span, compressed: false, size);
        response.WriteTo(span.Slice(GrpcEncoding.PrefixLength, size));
        writer.Advance(size + GrpcEncoding.PrefixLength);
    }

    private async Task FailAsync(HttpContext http, GrpcServerCallContext context, Exception exception)
    {
        context.Undelivered();

        // A client that takes its call back is no fault of anybody, whether the request or its body is what ended first.
        if (http.RequestAborted.IsCancellationRequested || exception is IOException)
        {
            return;
        }

        var failure = exception as GrpcException;
        if (failure is null && exception is OperationCanceledException)
        {
            failure = context.DeadlinePassed
                ? new GrpcException(GrpcStatusCode.DeadlineExceeded, "context deadline exceeded")
                : new GrpcException(GrpcStatusCode.Cancelled, "context canceled");
        }

        if (failure is null)
        {
            Log.HandlerFailed(logger, exception, context.Method);
            failure = new GrpcException(GrpcStatusCode.Internal, "internal error; the server's log has the details");
        }

        http.Response.Headers["grpc-status"] = ((int)failure.Code).ToString(System.Globalization.CultureInfo.InvariantCulture);
        http.Response.Headers["grpc-message"] = Message(failure.Message);
        if (!failure.StatusDetails.IsEmpty && failure.StatusDetails.Length <= LargestDetails)
        {
            http.Response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(failure.StatusDetails.Span);
        }

        await http.Response.CompleteAsync();
    }

    private static string Message(string text)
    {
        var encoded = GrpcEncoding.PercentEncode(text);
        return encoded.Length <= LongestMessage
            ? encoded
            : GrpcEncoding.PercentEncode($"{text[..(LongestMessage / WorstEncoding)]}... ({text.Length} characters)");
    }
}

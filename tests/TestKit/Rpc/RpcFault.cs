using System.Buffers.Binary;

namespace Orchestrator.TestKit.Rpc;

/// <summary>Ways to break an answer.</summary>
public enum RpcFault
{
    /// <summary>Resets the stream before an answer.</summary>
    Reset,

    /// <summary>Resets the stream in the middle of the message.</summary>
    ResetInMessage,

    /// <summary>Announces more bytes in the frame than are sent, and then ends the call with success.</summary>
    Truncated,

    /// <summary>Announces two gigabytes in the frame.</summary>
    Oversized,

    /// <summary>Starts the frame with an undefined flag byte.</summary>
    BadFlag,

    /// <summary>Sends bytes that are not a valid message.</summary>
    Garbage,

    /// <summary>Marks an uncompressed message as compressed.</summary>
    NotCompressed,

    /// <summary>Sends a message without a status after it.</summary>
    NoStatus,

    /// <summary>Reports success without a message.</summary>
    NoMessage,

    /// <summary>Sends an HTML page.</summary>
    Html,

    /// <summary>Simulates a proxy that can't reach its server (502).</summary>
    BadGateway,

    /// <summary>Simulates a proxy that denies access (403).</summary>
    Forbidden,
}

/// <summary>Breaks calls with a fault.</summary>
public static class RpcFaults
{
    private static readonly byte[] Message = [0x0A, 0x04, 0x61, 0x62, 0x63, 0x64];

    /// <summary>Answers a call with a fault, without forwarding it.</summary>
    public static Task BreakAsync(this ProxiedCall call, RpcFault fault) =>
        fault switch
        {
            RpcFault.Reset => Reset(call),
            RpcFault.ResetInMessage => ResetInMessageAsync(call),
            RpcFault.Truncated => WriteAsync(call, RpcFrame.Of(Message)[..^2], succeeded: true),
            RpcFault.Oversized => WriteAsync(call, [0, .. BigEndian(int.MaxValue), .. Message], succeeded: true),
            RpcFault.BadFlag => WriteAsync(call, [7, .. RpcFrame.Of(Message)[1..]], succeeded: true),
            RpcFault.Garbage => WriteAsync(call, RpcFrame.Of([0xFF, 0xFF, 0xFF, 0xFF]), succeeded: true),
            RpcFault.NotCompressed => WriteAsync(call, [1, .. RpcFrame.Of(Message)[1..]], succeeded: true),
            RpcFault.NoStatus => WriteAsync(call, RpcFrame.Of([]), succeeded: false),
            RpcFault.NoMessage => call.FailAsync(0, string.Empty),
            RpcFault.Html => HtmlAsync(call, 200, "<h1>Welcome</h1>"),
            RpcFault.BadGateway => HtmlAsync(call, 502, "<h1>Bad Gateway</h1>"),
            RpcFault.Forbidden => HtmlAsync(call, 403, "<h1>Forbidden</h1>"),
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
        };

    private static Task Reset(ProxiedCall call)
    {
        call.Http.Abort();
        return Task.CompletedTask;
    }

    private static async Task ResetInMessageAsync(ProxiedCall call)
    {
        call.Http.Response.ContentType = "application/grpc";
        await call.Http.Response.Body.WriteAsync(RpcFrame.Of(Message).AsMemory(0, RpcFrame.PrefixLength + 2));
        await call.Http.Response.Body.FlushAsync();
        call.Http.Abort();
    }

    private static async Task WriteAsync(ProxiedCall call, byte[] body, bool succeeded)
    {
        var answer = new GrpcResponse { Body = body };
        if (succeeded)
        {
            answer.Status["grpc-status"] = "0";
        }

        await call.AnswerAsync(answer);
    }

    private static async Task HtmlAsync(ProxiedCall call, int status, string text)
    {
        call.Http.Response.StatusCode = status;
        call.Http.Response.ContentType = "text/html";
        await call.Http.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
    }

    private static byte[] BigEndian(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}

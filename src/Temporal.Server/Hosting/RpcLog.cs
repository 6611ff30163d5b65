using Microsoft.Extensions.Logging;

namespace Temporal.Server.Hosting;

internal static partial class RpcLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed with an exception that is no status")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string method);

    [LoggerMessage(Level = LogLevel.Debug, Message = "An answer to {Method} could not be delivered")]
    public static partial void AnswerUndelivered(ILogger logger, Exception exception, string method);
}

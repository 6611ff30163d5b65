using Microsoft.Extensions.Logging;

namespace Temporal.Grpc;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed with an exception that is no status")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string method);
}

using Microsoft.Extensions.Logging;

namespace Orchestrator.Dashboard.Access;

/// <summary>Log messages of the web server.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} has failed")]
    public static partial void RequestFailed(ILogger log, Exception fault, string method, string path);
}

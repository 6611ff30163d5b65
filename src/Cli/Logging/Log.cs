using Microsoft.Extensions.Logging;

namespace Orchestrator.Cli.Logging;

/// <summary>Log messages that commands write.</summary>
internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "{Run:l}  {Transition:l}")]
    public static partial void Transition(this ILogger logger, string run, string transition);
}

using Orchestrator.Cli.Logging;
using Serilog.Events;

namespace Orchestrator.Cli.Options;

/// <summary>Options for the log of a long-running command.</summary>
internal sealed class LongRunningCommandLogOptions
{
    private readonly Option<string> _format = Format("text", "json");

    /// <summary>Creates the option for the log format. The first value is the default.</summary>
    public static Option<string> Format(params string[] values) =>
        new Option<string>("--log-format")
        {
            Description = "Format of the log on the console and in the log file: readable text, or one JSON object per line",
            HelpName = string.Join('|', values),
            DefaultValueFactory = _ => values[0],
        }.AcceptOnlyFromAmong(values);

    public void AddTo(Command command) => command.Add(_format);

    /// <summary>Opens the log and replaces the console with one that also logs.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="file">Path of the log file, to whose name a date is added.</param>
    /// <param name="context">Provides the console and the verbosity.</param>
    public LongRunningCommandLog Open(ParseResult parsed, string file, CliCommandServiceBundle context)
    {
        var log = LongRunningCommandLog.Open(
            parsed.GetValue(_format) == "json" ? LogFormat.Json : LogFormat.Text,
            context.Verbose ? LogEventLevel.Debug : LogEventLevel.Warning,
            file,
            context.Terminal
        );
        context.Terminal = log.Terminal;
        return log;
    }
}

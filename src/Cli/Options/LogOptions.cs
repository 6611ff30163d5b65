using System.CommandLine;
using Orchestrator.Cli.Logging;
using Serilog.Events;

namespace Orchestrator.Cli.Options;

/// <summary>The options for the log of a command that stays.</summary>
internal sealed class LogOptions
{
    private readonly Option<string> _format = Format("text", "json");

    /// <summary>The option for the format, with its values, the usual one first.</summary>
    public static Option<string> Format(params string[] values) =>
        new Option<string>("--log-format")
        {
            Description = "Lines for people, or a JSON object per line, on the console and in the log's file",
            HelpName = string.Join('|', values),
            DefaultValueFactory = _ => values[0],
        }.AcceptOnlyFromAmong(values);

    public void AddTo(Command command) => command.Add(_format);

    /// <summary>Opens the log, and makes the console part of it.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="file">Its file, without the date that the name gets.</param>
    /// <param name="context">Console, and whether everything is logged.</param>
    public ServiceLog Open(ParseResult parsed, string file, CommandContext context)
    {
        var log = ServiceLog.Open(
            parsed.GetValue(_format) == "json" ? LogFormat.Json : LogFormat.Text,
            context.Verbose ? LogEventLevel.Debug : LogEventLevel.Warning,
            file,
            context.Terminal
        );
        context.Terminal = log.Terminal;
        return log;
    }
}

using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Console;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Filters;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;
using ILogger = Serilog.ILogger;

namespace Orchestrator.Cli.Logging;

/// <summary>Log format of a long-running process.</summary>
internal enum LogFormat
{
    /// <summary>Lines of text for users.</summary>
    Text,

    /// <summary>One JSON object per line, with all properties.</summary>
    Json,
}

/// <summary>
/// Log of a long-running process such as <c>worker</c> or <c>server</c>, on the console and in rolling files. Messages to the user are
/// logged too (<see cref="LoggedTerminal"/>). In JSON format, every line is therefore one object.
/// </summary>
internal sealed class LongRunningCommandLog : IDisposable
{
    private const long MaxBytes = 20_000_000;
    private const int KeptFiles = 14;

    private readonly Logger _logger;

    private LongRunningCommandLog(Logger logger, ITerminal terminal)
    {
        _logger = logger;
        Factory = new SerilogLoggerFactory(logger);
        Terminal = new LoggedTerminal(terminal, logger);
    }

    /// <summary>Creates the loggers for all components of this process.</summary>
    public ILoggerFactory Factory { get; }

    /// <summary>Console whose messages are also logged.</summary>
    public ITerminal Terminal { get; }

    /// <summary>Log for components that use Serilog.</summary>
    public ILogger Logger => _logger;

    /// <summary>Opens the log.</summary>
    /// <param name="format">Format of the console and the file.</param>
    /// <param name="lowest">Minimum level for components other than this program's commands, or null to log only the commands.</param>
    /// <param name="file">Path of the log file, to whose name a date is added. Null to write no file.</param>
    /// <param name="terminal">The console.</param>
    public static LongRunningCommandLog Open(LogFormat format, LogEventLevel? lowest, string? file, ITerminal terminal)
    {
        var console = new TerminalLogSink(terminal, format);
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(lowest ?? LevelAlias.Off)
            .MinimumLevel.Override(LoggedTerminal.Source, LogEventLevel.Information)
            // Messages of the host are omitted, because the command itself reports the start and end of the process, and errors with their
            // fixes.
            .Filter.ByExcluding(Matching.FromSource("Microsoft.Extensions.Hosting"))
            .Filter.ByExcluding(Matching.FromSource("Microsoft.Hosting"))
            .Enrich.FromLogContext()
            .Enrich.With<RunLogEnricher>()
            .WriteTo.Sink(console);
        if (file is not null)
        {
            configuration.WriteTo.Fallible(
                sinks =>
                    sinks.File(
                        Formatter(format),
                        file,
                        rollingInterval: RollingInterval.Day,
                        rollOnFileSizeLimit: true,
                        fileSizeLimitBytes: MaxBytes,
                        retainedFileCountLimit: KeptFiles,
                        // The file is shared, because two workers in one repository would otherwise overwrite each other's entries.
                        shared: true
                    ),
                new LogFileFailureListener(new LoggerConfiguration().WriteTo.Sink(console).CreateLogger())
            );
        }
        return new LongRunningCommandLog(configuration.CreateLogger(), terminal);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Factory.Dispose();
        try
        {
            _logger.Dispose();
        }
        catch (IOException)
        {
            // The disk is full, which was reported when the first entry could not be written.
        }
    }

    private static SafeLogFormatter Formatter(LogFormat format) =>
        format == LogFormat.Json
            ? new SafeLogFormatter(new RenderedCompactJsonFormatter(), UntrustedText.EscapeJson)
            : new SafeLogFormatter(
                new MessageTemplateTextFormatter(
                    "{UtcTimestamp:yyyy-MM-ddTHH:mm:ss.fffZ} {Level} {SourceContext}: {Message:lj}{NewLine}{Exception}"
                ),
                entry => new UntrustedText(entry).Marked
            );

    /// <summary>
    /// Formats a log entry so that untrusted text can't imitate another entry. If an entry has several lines, all lines after the first are
    /// marked.
    /// </summary>
    private sealed class SafeLogFormatter(ITextFormatter inner, Func<string, string> show) : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output)
        {
            using var entry = new StringWriter();
            inner.Format(logEvent, entry);
            output.WriteLine(show(entry.ToString().TrimEnd('\r', '\n')));
        }
    }

    /// <summary>
    /// Writes log entries to the console through <see cref="ITerminal"/>. That interface escapes control characters in agents' output, and
    /// prints entries above a live table.
    /// </summary>
    private sealed class TerminalLogSink(ITerminal terminal, LogFormat format) : ILogEventSink
    {
        // Stack traces are written only to the file.
        private readonly ITextFormatter _formatter =
            format == LogFormat.Json ? Formatter(format) : new MessageTemplateTextFormatter("{Message:lj}");

        public void Emit(LogEvent logEvent)
        {
            using var writer = new StringWriter();
            _formatter.Format(logEvent, writer);
            if (format == LogFormat.Text && logEvent.Exception is { } fault)
            {
                writer.Write($": {fault.Message}");
            }
            var text = writer.ToString().TrimEnd();
            if (format == LogFormat.Json || logEvent.Level < LogEventLevel.Warning)
            {
                terminal.Inform(text);
            }
            else if (logEvent.Level == LogEventLevel.Warning)
            {
                terminal.Warn(text);
            }
            else
            {
                terminal.Fail(text, (logEvent.Properties.GetValueOrDefault(LoggedTerminal.Cure) as ScalarValue)?.Value as string ?? "");
            }
        }
    }

    /// <summary>Reports once that the log file can't be written, for example because the disk is full. The failure does not affect other
    /// operations.</summary>
    private sealed class LogFileFailureListener(Logger console) : ILoggingFailureListener
    {
        private int _told;

        public void OnLoggingFailed(
            object sender,
            LoggingFailureKind kind,
            string message,
            IReadOnlyCollection<LogEvent>? events,
            Exception? exception
        )
        {
            if (Interlocked.Exchange(ref _told, 1) == 0)
            {
                console.Warning("The log file can't be written, so entries are missing there: {Why:l}", exception?.Message ?? message);
            }
        }
    }
}

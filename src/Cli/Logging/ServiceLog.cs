using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Console;
using Orchestrator.Plans;
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

/// <summary>The format of the log of a process that stays.</summary>
internal enum LogFormat
{
    /// <summary>A line for people.</summary>
    Text,

    /// <summary>A JSON object per line, with all properties.</summary>
    Json,
}

/// <summary>The log of a process that stays, such as <c>worker</c> and <c>server</c>: on the console, and in files that roll. What such a
/// process says is logged, too (<see cref="LoggedTerminal"/>), so that in JSON every line is one object.</summary>
internal sealed class ServiceLog : IDisposable
{
    private const long MaxBytes = 20_000_000;
    private const int KeptFiles = 14;

    private readonly Logger _logger;

    private ServiceLog(Logger logger, ITerminal terminal)
    {
        _logger = logger;
        Factory = new SerilogLoggerFactory(logger);
        Terminal = new LoggedTerminal(terminal, logger);
    }

    /// <summary>The loggers of everything in this process.</summary>
    public ILoggerFactory Factory { get; }

    /// <summary>The console, where what is said is logged as well.</summary>
    public ITerminal Terminal { get; }

    /// <summary>The log for what takes Serilog.</summary>
    public ILogger Logger => _logger;

    /// <summary>Opens the log.</summary>
    /// <param name="format">How console and file are written.</param>
    /// <param name="lowest">From which level on others than this program's own commands are logged; null: nothing of theirs.</param>
    /// <param name="file">The file without the date that its name gets; null: none.</param>
    /// <param name="terminal">The console.</param>
    public static ServiceLog Open(LogFormat format, LogEventLevel? lowest, string? file, ITerminal terminal)
    {
        var console = new TerminalSink(terminal, format);
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(lowest ?? LevelAlias.Off)
            .MinimumLevel.Override(LoggedTerminal.Source, LogEventLevel.Information)
            // How a process begins and ends is told by its command; a fault with its cure.
            .Filter.ByExcluding(Matching.FromSource("Microsoft.Extensions.Hosting"))
            .Filter.ByExcluding(Matching.FromSource("Microsoft.Hosting"))
            .Enrich.FromLogContext()
            .Enrich.With<RunEnricher>()
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
                        // Of two workers in one repository each would write over what the other wrote.
                        shared: true
                    ),
                new Unwritable(new LoggerConfiguration().WriteTo.Sink(console).CreateLogger())
            );
        }
        return new ServiceLog(configuration.CreateLogger(), terminal);
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
            // The disk is full; that was told when the first entry could not be written.
        }
    }

    private static Readable Formatter(LogFormat format) =>
        format == LogFormat.Json
            ? new Readable(new RenderedCompactJsonFormatter(), UntrustedText.EscapeJson)
            : new Readable(
                new MessageTemplateTextFormatter(
                    "{UtcTimestamp:yyyy-MM-ddTHH:mm:ss.fffZ} {Level} {SourceContext}: {Message:lj}{NewLine}{Exception}"
                ),
                entry => new UntrustedText(entry).Marked
            );

    /// <summary>Entries are one line, or one with marked ones below it: what was said by others makes no entry of its own.</summary>
    private sealed class Readable(ITextFormatter inner, Func<string, string> show) : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output)
        {
            using var entry = new StringWriter();
            inner.Format(logEvent, entry);
            output.WriteLine(show(entry.ToString().TrimEnd('\r', '\n')));
        }
    }

    /// <summary>Writes to the console through its one door, which disarms what agents write and goes above a table.</summary>
    private sealed class TerminalSink(ITerminal terminal, LogFormat format) : ILogEventSink
    {
        // Stack traces are in the file.
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
                terminal.Say(text);
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

    /// <summary>Tells once that the file can't be written, as on a full disk; nothing fails by it.</summary>
    private sealed class Unwritable(Logger console) : ILoggingFailureListener
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
                console.Warning("The log's file can't be written, and entries are missing there: {Why:l}", exception?.Message ?? message);
            }
        }
    }
}

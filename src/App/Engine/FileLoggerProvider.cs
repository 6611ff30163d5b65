using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Orchestrator.App.Engine;

/// <summary>
/// Writes the logs of the engine and of workers to <c>.orchestrator/logs/engine.log</c> instead of the terminal. If the log can't be
/// written, for example because the disk is full, no operation fails. The number of lost entries is logged as soon as possible.
/// </summary>
public sealed class FileLoggerProvider : ILoggerProvider
{
    private const long MaxBytes = 20_000_000;
    private readonly Lock _lock = new();
    private readonly FileStream _stream;
    private readonly LogLevel _lowest;
    private readonly TimeProvider _time;
    private int _missing;
    private string _why = "";

    internal FileLoggerProvider(FileStream stream, LogLevel lowest, TimeProvider time)
    {
        _stream = stream;
        _lowest = lowest;
        _time = time;
    }

    /// <summary>
    /// Creates the loggers for a repository's engine. If the log file is large, a new file is started, and one previous file is kept.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="verbose">True to log everything. If false, only warnings and errors are logged.</param>
    /// <param name="time">The clock.</param>
    public static ILoggerFactory OpenFactory(LocalRepositoryPaths repository, bool verbose, TimeProvider time)
    {
        var folder = LocalRepositoryPaths.EnsureFolder(Path.Combine(repository.OrchestratorFolder, "logs"));
        return OpenFactory(Path.Combine(folder, "engine.log"), verbose, time);
    }

    /// <summary>
    /// Creates loggers that write to a file. If the file has grown too large, a new file is started, and one previous file is kept.
    /// </summary>
    /// <param name="file">Absolute path of the file, whose folder must exist.</param>
    /// <param name="verbose">True to log everything. If false, only warnings and errors are logged.</param>
    /// <param name="time">The clock.</param>
    public static ILoggerFactory OpenFactory(string file, bool verbose, TimeProvider time)
    {
        if (File.Exists(file) && new FileInfo(file).Length > MaxBytes)
        {
            File.Move(file, file + ".old", overwrite: true);
        }
        var stream = SymlinkSafeFileWriter.OpenToAppend(file);
        var lowest = verbose ? LogLevel.Debug : LogLevel.Warning;
        var provider = new FileLoggerProvider(stream, lowest, time);

        // LoggerFactory.Create would build a service container first, which needs a fifth of the JIT time until a server listens.
        return new LoggerFactory([provider], new LoggerFilterOptions { MinLevel = lowest });
    }

    public ILogger CreateLogger(string categoryName) => new FileLogger(this, categoryName);

    public void Dispose()
    {
        lock (_lock)
        {
            _stream.Dispose();
        }
    }

    private void Write(LogLevel level, string category, string message, Exception? exception)
    {
        var line =
            $"{_time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)} {Environment.ProcessId} {level} "
            + $"{category}: {message}";
        lock (_lock)
        {
            if (!_stream.CanWrite)
            {
                return;
            }
            Append(new UntrustedText(exception is null ? line : $"{line}\n{exception}").Marked);
        }
    }

    private void Append(string entry)
    {
        try
        {
            _stream.Write(
                Encoding.UTF8.GetBytes(
                    _missing == 0 ? $"{entry}\n" : $"({Plural.Of(_missing, "entry is", "entries are")} missing here: {_why})\n{entry}\n"
                )
            );
            _missing = 0;
        }
        catch (IOException unwritable)
        {
            _missing++;
            _why = unwritable.Message;
        }
    }

    private sealed class FileLogger(FileLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= provider._lowest && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                provider.Write(logLevel, category, formatter(state, exception), exception);
            }
        }
    }
}

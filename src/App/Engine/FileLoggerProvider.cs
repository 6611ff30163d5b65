using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Orchestrator.Plans;
using Orchestrator.Runs;

namespace Orchestrator.App.Engine;

/// <summary>Writes logs of engine and worker to <c>.orchestrator/logs/engine.log</c>, not to the terminal. A log that can't be written,
/// because the disk is full, fails nothing: the number of missing entries is written as soon as possible.</summary>
public sealed class FileLoggerProvider : ILoggerProvider
{
    private const long MaxBytes = 20_000_000;
    private readonly Lock _lock = new();
    private readonly FileStream _stream;
    private readonly LogLevel _lowest;
    private readonly TimeProvider _time;
    private int _missing;
    private string _why = "";

    private FileLoggerProvider(FileStream stream, LogLevel lowest, TimeProvider time)
    {
        _stream = stream;
        _lowest = lowest;
        _time = time;
    }

    /// <summary>Loggers of a repository's engine. A large file is replaced by a new one; the previous one is kept.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="verbose">Everything instead of warnings and errors.</param>
    /// <param name="time">The clock.</param>
    public static ILoggerFactory OpenFactory(RepositoryLocation repository, bool verbose, TimeProvider time)
    {
        var folder = RepositoryLocation.EnsureFolder(Path.Combine(repository.OrchestratorFolder, "logs"));
        return OpenFactory(Path.Combine(folder, "engine.log"), verbose, time);
    }

    /// <summary>Loggers that write to a file. A large file is replaced by a new one; the previous one is kept.</summary>
    /// <param name="file">The file; its folder is there.</param>
    /// <param name="verbose">Everything instead of warnings and errors.</param>
    /// <param name="time">The clock.</param>
    public static ILoggerFactory OpenFactory(string file, bool verbose, TimeProvider time)
    {
        if (File.Exists(file) && new FileInfo(file).Length > MaxBytes)
        {
            File.Move(file, file + ".old", overwrite: true);
        }
        var stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var lowest = verbose ? LogLevel.Debug : LogLevel.Warning;
        var provider = new FileLoggerProvider(stream, lowest, time);

        // Not LoggerFactory.Create: it creates a service container first, which is a fifth of everything that is compiled until a server
        // listens.
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

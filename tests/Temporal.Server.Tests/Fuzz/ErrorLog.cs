using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Temporal.Server.Tests.Fuzz;

/// <summary>Keeps what a server logs as errors, so that a test can tell what lies behind an answer.</summary>
internal sealed class ErrorLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _errors = new();

    /// <summary>Takes the entries since the last call.</summary>
    public string Take()
    {
        List<string> taken = [];
        while (_errors.TryDequeue(out var error))
        {
            taken.Add(error);
        }

        return string.Join('\n', taken);
    }

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) { }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    /// <inheritdoc/>
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
            _errors.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() { }
}

using Microsoft.Extensions.Logging;

namespace Temporalio.Runtime;

/// <summary>What a runtime tells of itself.</summary>
public class TelemetryOptions : ICloneable
{
    /// <summary>Logs; null: only to the loggers of clients and workers.</summary>
    public LoggingOptions? Logging { get; set; } = new();

    /// <summary>Metrics; null: the instruments of the .NET meter <c>Temporalio</c>.</summary>
    public MetricsOptions? Metrics { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (TelemetryOptions)MemberwiseClone();
        copy.Logging = (LoggingOptions?)Logging?.Clone();
        copy.Metrics = (MetricsOptions?)Metrics?.Clone();
        return copy;
    }
}

/// <summary>What becomes of the SDK's own log messages, besides going to the loggers of clients and workers.</summary>
public class LoggingOptions : ICloneable
{
    /// <summary>With the defaults.</summary>
    public LoggingOptions() { }

    /// <summary>With a filter.</summary>
    public LoggingOptions(TelemetryFilterOptions filter) => Filter = filter;

    /// <summary>Which messages are forwarded.</summary>
    public TelemetryFilterOptions Filter { get; set; } = new();

    /// <summary>Where they are forwarded to; null: nowhere.</summary>
    public LogForwardingOptions? Forwarding { get; set; }

    /// <inheritdoc />
    public virtual object Clone()
    {
        var copy = (LoggingOptions)MemberwiseClone();
        copy.Filter = (TelemetryFilterOptions)Filter.Clone();
        copy.Forwarding = (LogForwardingOptions?)Forwarding?.Clone();
        return copy;
    }
}

/// <summary>Where the SDK's own log messages go.</summary>
public class LogForwardingOptions : ICloneable
{
    /// <summary>Without a logger yet.</summary>
    public LogForwardingOptions() { }

    /// <summary>With a logger.</summary>
    public LogForwardingOptions(ILogger logger) => Logger = logger;

    /// <summary>The logger. Required.</summary>
    public ILogger? Logger { get; set; }

    /// <summary>Whether messages keep their fields; else they are a text. Default: yes.</summary>
    public bool IncludeFields { get; set; } = true;

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Which messages are told.</summary>
public class TelemetryFilterOptions : ICloneable
{
    /// <summary>By a text such as <c>ERROR,temporalio_sdk_core=WARN</c>.</summary>
    public TelemetryFilterOptions(string filterString) => FilterString = filterString;

    /// <summary>By levels.</summary>
    /// <param name="core">From which level on the SDK's messages are told.</param>
    /// <param name="other">From which level on those of others are; here all are the SDK's.</param>
    public TelemetryFilterOptions(Level core = Level.Warn, Level other = Level.Error) =>
        FilterString = $"{Word(other)},temporalio_common={Word(core)},temporalio_sdk_core={Word(core)},temporalio_client={Word(core)}";

    /// <summary>Levels.</summary>
    public enum Level
    {
        /// <summary>All.</summary>
        Trace,

        /// <summary>What helps to find faults.</summary>
        Debug,

        /// <summary>What happens.</summary>
        Info,

        /// <summary>What may be wrong.</summary>
        Warn,

        /// <summary>What is wrong.</summary>
        Error,
    }

    /// <summary>The filter as text: a level for all, then levels by name.</summary>
    public string? FilterString { get; set; }

    /// <summary>From which level on the SDK's messages are told.</summary>
    internal LogLevel Least
    {
        get
        {
            var parts = (FilterString ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var own = parts.FirstOrDefault(part => part.Contains("sdk_core=", StringComparison.Ordinal));
            return (
                own?.Split('=')[1] ?? parts.FirstOrDefault(part => !part.Contains('=', StringComparison.Ordinal))
            )?.ToUpperInvariant() switch
            {
                "TRACE" => LogLevel.Trace,
                "DEBUG" => LogLevel.Debug,
                "INFO" => LogLevel.Information,
                "ERROR" => LogLevel.Error,
                "OFF" => LogLevel.None,
                _ => LogLevel.Warning,
            };
        }
    }

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();

    private static string Word(Level level) => level.ToString().ToUpperInvariant();
}

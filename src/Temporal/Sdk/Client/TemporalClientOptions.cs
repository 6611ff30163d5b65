using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Api.Enums.V1;
using Temporalio.Client.Interceptors;
using Temporalio.Converters;

namespace Temporalio.Client;

/// <summary>Options of a client on a connection.</summary>
public class TemporalClientOptions : ICloneable
{
    /// <summary>Namespace. Default <c>default</c>.</summary>
    public string Namespace { get; set; } = "default";

    /// <summary>How values travel.</summary>
    public DataConverter DataConverter { get; set; } = DataConverter.Default;

    /// <summary>Interceptors, the first outermost. A worker on this client takes those that are worker interceptors too.</summary>
    public IReadOnlyCollection<IClientInterceptor>? Interceptors { get; set; }

    /// <summary>Loggers of the client and of workers on it.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>When queries are refused because of the workflow's status, unless said otherwise per query.</summary>
    public QueryRejectCondition? QueryRejectCondition { get; set; }

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of a connection and of the client on it.</summary>
public class TemporalClientConnectOptions : TemporalConnectionOptions
{
    /// <summary>Without an address yet.</summary>
    public TemporalClientConnectOptions() { }

    /// <summary>With an address.</summary>
    public TemporalClientConnectOptions(string targetHost)
        : base(targetHost) { }

    /// <summary>Namespace. Default <c>default</c>.</summary>
    public string Namespace { get; set; } = "default";

    /// <summary>How values travel.</summary>
    public DataConverter DataConverter { get; set; } = DataConverter.Default;

    /// <summary>Interceptors, the first outermost.</summary>
    public IReadOnlyCollection<IClientInterceptor>? Interceptors { get; set; }

    /// <summary>Loggers of the client and of workers on it.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>When queries are refused because of the workflow's status, unless said otherwise per query.</summary>
    public QueryRejectCondition? QueryRejectCondition { get; set; }

    /// <summary>The part for the client.</summary>
    public TemporalClientOptions ToClientOptions() =>
        new()
        {
            Namespace = Namespace,
            DataConverter = DataConverter,
            Interceptors = Interceptors,
            LoggerFactory = LoggerFactory,
            QueryRejectCondition = QueryRejectCondition,
        };
}

using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Worker.Interceptors;

namespace Temporalio.Workflows;

/// <summary>How a run continues as a new one. What is not set is carried over.</summary>
public class ContinueAsNewOptions : ICloneable
{
    /// <summary>Wait before the first task of the new run.</summary>
    public TimeSpan? BackoffStartInterval { get; set; }

    /// <summary>Worker version of the new run's first task.</summary>
    public InitialVersioningBehavior? InitialVersioningBehavior { get; set; }

    /// <summary>Memo of the new run; default: that of the start event.</summary>
    public IReadOnlyDictionary<string, object>? Memo { get; set; }

    /// <summary>Retries of the new run.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>Longest time for the new run.</summary>
    public TimeSpan? RunTimeout { get; set; }

    /// <summary>Task queue of the new run.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>Longest time for one workflow task.</summary>
    public TimeSpan? TaskTimeout { get; set; }

    /// <summary>Search attributes of the new run; default: those of now.</summary>
    public SearchAttributeCollection? TypedSearchAttributes { get; set; }

    /// <summary>Version wish (build-id versioning of old).</summary>
    public VersioningIntent VersioningIntent { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>
/// Thrown out of the run method (or a handler), it ends this run and starts the next. Made by
/// <see cref="Workflow.CreateContinueAsNewException(string, IReadOnlyCollection{object}, ContinueAsNewOptions)"/>.
/// </summary>
public class ContinueAsNewException : TemporalException
{
    internal ContinueAsNewException(CreateContinueAsNewExceptionInput input)
        : base("Continue as new") => Input = input;

    /// <summary>What the next run is made of.</summary>
    internal CreateContinueAsNewExceptionInput Input { get; }
}

namespace Temporalio.Common;

/// <summary>A named measurement.</summary>
public abstract class Metric
{
    private protected Metric(string name, string? unit, string? description)
    {
        Name = name;
        Unit = unit;
        Description = description;
    }

    /// <summary>Name of the metric.</summary>
    public string Name { get; }

    /// <summary>Unit of its values, if said.</summary>
    public string? Unit { get; }

    /// <summary>What it measures, if said.</summary>
    public string? Description { get; }
}

/// <summary>A metric with values of one type.</summary>
/// <typeparam name="T">Numeric type of the values.</typeparam>
public abstract class Metric<T> : Metric
    where T : struct
{
    private protected Metric(string name, string? unit, string? description)
        : base(name, unit, description) { }
}

/// <summary>A sum that only grows.</summary>
/// <typeparam name="T">Numeric type of the values.</typeparam>
public abstract class MetricCounter<T> : Metric<T>
    where T : struct
{
    /// <summary>For implementations.</summary>
    protected MetricCounter(string name, string? unit = null, string? description = null)
        : base(name, unit, description) { }

    /// <summary>Adds a value that is not negative.</summary>
    public abstract void Add(T value, IEnumerable<KeyValuePair<string, object>>? extraTags = null);

    /// <summary>The same metric with more tags on every value.</summary>
    public abstract MetricCounter<T> WithTags(IEnumerable<KeyValuePair<string, object>> tags);
}

/// <summary>The latest of a series of values.</summary>
/// <typeparam name="T">Numeric type of the values.</typeparam>
public abstract class MetricGauge<T> : Metric<T>
    where T : struct
{
    /// <summary>For implementations.</summary>
    protected MetricGauge(string name, string? unit = null, string? description = null)
        : base(name, unit, description) { }

    /// <summary>Sets the value.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1716", Justification = "The official shape.")]
    public abstract void Set(T value, IEnumerable<KeyValuePair<string, object>>? extraTags = null);

    /// <summary>The same metric with more tags on every value.</summary>
    public abstract MetricGauge<T> WithTags(IEnumerable<KeyValuePair<string, object>> tags);
}

/// <summary>A distribution of values.</summary>
/// <typeparam name="T">Numeric type of the values; <see cref="TimeSpan" /> is allowed.</typeparam>
public abstract class MetricHistogram<T> : Metric<T>
    where T : struct
{
    /// <summary>For implementations.</summary>
    protected MetricHistogram(string name, string? unit = null, string? description = null)
        : base(name, unit, description) { }

    /// <summary>Records one value.</summary>
    public abstract void Record(T value, IEnumerable<KeyValuePair<string, object>>? extraTags = null);

    /// <summary>The same metric with more tags on every value.</summary>
    public abstract MetricHistogram<T> WithTags(IEnumerable<KeyValuePair<string, object>> tags);
}

/// <summary>Makes metrics. Ask a workflow's or an activity's context for one.</summary>
public abstract class MetricMeter
{
    /// <summary>For implementations.</summary>
    protected MetricMeter() { }

    /// <summary>A sum that only grows.</summary>
    public abstract MetricCounter<T> CreateCounter<T>(string name, string? unit = null, string? description = null)
        where T : struct;

    /// <summary>The latest of a series of values.</summary>
    public abstract MetricGauge<T> CreateGauge<T>(string name, string? unit = null, string? description = null)
        where T : struct;

    /// <summary>A distribution of values.</summary>
    public abstract MetricHistogram<T> CreateHistogram<T>(string name, string? unit = null, string? description = null)
        where T : struct;

    /// <summary>The same meter with more tags on every metric made from it.</summary>
    public abstract MetricMeter WithTags(IEnumerable<KeyValuePair<string, object>> tags);
}

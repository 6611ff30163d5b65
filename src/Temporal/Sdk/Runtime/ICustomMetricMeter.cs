namespace Temporalio.Runtime;

/// <summary>Takes the metrics of the SDK and those that are made with its meters.</summary>
public interface ICustomMetricMeter
{
    /// <summary>A sum that only grows.</summary>
    /// <typeparam name="T"><c>long</c> or <c>double</c>.</typeparam>
    ICustomMetricCounter<T> CreateCounter<T>(string name, string? unit, string? description)
        where T : struct;

    /// <summary>A distribution.</summary>
    /// <typeparam name="T">
    /// <c>long</c> or <c>double</c>, and <see cref="TimeSpan" /> where <see cref="CustomMetricMeterOptions" /> ask for it.
    /// </typeparam>
    ICustomMetricHistogram<T> CreateHistogram<T>(string name, string? unit, string? description)
        where T : struct;

    /// <summary>The latest of a series of values.</summary>
    /// <typeparam name="T"><c>long</c> or <c>double</c>.</typeparam>
    ICustomMetricGauge<T> CreateGauge<T>(string name, string? unit, string? description)
        where T : struct;

    /// <summary>Makes what is given with values.</summary>
    /// <param name="appendFrom">What an earlier call returned, whose tags are kept unless given anew; null: no tags.</param>
    /// <param name="tags">Tags, whose values are <c>string</c>, <c>long</c>, <c>double</c> or <c>bool</c>.</param>
    object CreateTags(object? appendFrom, IReadOnlyCollection<KeyValuePair<string, object>> tags);
}

/// <summary>A metric of <see cref="ICustomMetricMeter" />.</summary>
/// <typeparam name="T">Type of its values.</typeparam>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1040", Justification = "The official shape.")]
public interface ICustomMetric<T>
    where T : struct;

/// <summary>A sum that only grows.</summary>
/// <typeparam name="T">Type of its values.</typeparam>
public interface ICustomMetricCounter<T> : ICustomMetric<T>
    where T : struct
{
    /// <summary>Adds.</summary>
    /// <param name="value">What is added.</param>
    /// <param name="tags">Made by <see cref="ICustomMetricMeter.CreateTags" />.</param>
    void Add(T value, object tags);
}

/// <summary>A distribution.</summary>
/// <typeparam name="T">Type of its values.</typeparam>
public interface ICustomMetricHistogram<T> : ICustomMetric<T>
    where T : struct
{
    /// <summary>Adds a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="tags">Made by <see cref="ICustomMetricMeter.CreateTags" />.</param>
    void Record(T value, object tags);
}

/// <summary>The latest of a series of values.</summary>
/// <typeparam name="T">Type of its values.</typeparam>
public interface ICustomMetricGauge<T> : ICustomMetric<T>
    where T : struct
{
    /// <summary>Takes the place of the value before.</summary>
    /// <param name="value">The value.</param>
    /// <param name="tags">Made by <see cref="ICustomMetricMeter.CreateTags" />.</param>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1716", Justification = "The official shape.")]
    void Set(T value, object tags);
}

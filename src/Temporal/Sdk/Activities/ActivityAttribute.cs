namespace Temporalio.Activities;

/// <summary>
/// Marks a method as an activity. Its name is the method's, without <c>Async</c> when it returns a task, unless another is given.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ActivityAttribute : Attribute
{
    /// <summary>Named after the method.</summary>
    public ActivityAttribute() { }

    /// <summary>Named as told.</summary>
    public ActivityAttribute(string name) => Name = name;

    /// <summary>The given name, if any.</summary>
    public string? Name { get; }

    /// <summary>
    /// Whether it takes activities of all names that have no method of their own. Its one parameter is an array of
    /// <see cref="Converters.IRawValue" />.
    /// </summary>
    public bool Dynamic { get; set; }
}

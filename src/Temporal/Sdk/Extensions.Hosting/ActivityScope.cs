using Microsoft.Extensions.DependencyInjection;

namespace Temporalio.Extensions.Hosting;

/// <summary>
/// The service scope of the running activity. Activities made by <see cref="ServiceProviderExtensions" /> run in one of their own.
/// </summary>
public static class ActivityScope
{
    private static readonly AsyncLocal<IServiceScope?> ScopeOfCall = new();
    private static readonly AsyncLocal<object?> InstanceOfCall = new();

    /// <summary>
    /// The scope; null outside such activities. An interceptor may set one before the activity, which is then used and stays the
    /// interceptor's to dispose.
    /// </summary>
    public static IServiceScope? ServiceScope
    {
        get => ScopeOfCall.Value;
        set => ScopeOfCall.Value = value;
    }

    /// <summary>The object that the activity method is called on; null outside such activities and for static methods.</summary>
    public static object? ScopedInstance
    {
        get => InstanceOfCall.Value;
        set => InstanceOfCall.Value = value;
    }
}

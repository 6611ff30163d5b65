using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Temporalio.Activities;

namespace Temporalio.Extensions.Hosting;

/// <summary>Activities whose objects come from a service provider, in a scope per attempt.</summary>
public static class ServiceProviderExtensions
{
    /// <summary>All activities of a type.</summary>
    public static IReadOnlyCollection<ActivityDefinition> CreateTemporalActivityDefinitions<T>(this IServiceProvider provider) =>
        provider.CreateTemporalActivityDefinitions(typeof(T));

    /// <summary>All activities of a type.</summary>
    /// <exception cref="ArgumentException">It has none.</exception>
    public static IReadOnlyCollection<ActivityDefinition> CreateTemporalActivityDefinitions(this IServiceProvider provider, Type type)
    {
        var methods = ActivityMethods.Of(type);
        return methods.Count == 0
            ? throw new ArgumentException($"{type} has no method with the attribute Activity.", nameof(type))
            : [.. methods.Select(method => provider.CreateTemporalActivityDefinition(type, method))];
    }

    /// <summary>One activity.</summary>
    /// <param name="provider">Where the object comes from.</param>
    /// <param name="instanceType">Type of the object that is asked for.</param>
    /// <param name="method">The activity method.</param>
    public static ActivityDefinition CreateTemporalActivityDefinition(
        this IServiceProvider provider,
        Type instanceType,
        MethodInfo method
    ) => ActivityDefinition.Create(method, args => InvokeAsync(provider, instanceType, method, args));

    private static async Task<object?> InvokeAsync(IServiceProvider provider, Type instanceType, MethodInfo method, object?[] args)
    {
        var given = ActivityScope.ServiceScope;
        var scope = given ?? provider.CreateAsyncScope();
        try
        {
            ActivityScope.ServiceScope = scope;
            ActivityScope.ScopedInstance = method.IsStatic ? null : scope.ServiceProvider.GetRequiredService(instanceType);
            return await ActivityMethods.UnwrapAsync(ActivityMethods.InvokerOf(method, ActivityScope.ScopedInstance)(args));
        }
        finally
        {
            ActivityScope.ScopedInstance = null;
            if (given is null)
            {
                ActivityScope.ServiceScope = null;
                await ((AsyncServiceScope)scope).DisposeAsync();
            }
        }
    }
}

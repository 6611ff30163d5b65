using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Temporalio.Activities;

namespace Temporalio.Extensions.Hosting;

/// <summary>What a worker among the services runs. Activities may come from the container; workflows never do.</summary>
public static class TemporalWorkerServiceOptionsBuilderExtensions
{
    /// <summary>Registers a type as scoped and its activities with the worker.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddScopedActivities<T>(this ITemporalWorkerServiceOptionsBuilder builder) =>
        builder.AddScopedActivities(typeof(T));

    /// <summary>Registers a type as scoped and its activities with the worker.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddScopedActivities(this ITemporalWorkerServiceOptionsBuilder builder, Type type)
    {
        builder.Services.TryAddScoped(type);
        return builder.ApplyTemporalActivities(type);
    }

    /// <summary>Registers a type as singleton and its activities with the worker.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddSingletonActivities<T>(this ITemporalWorkerServiceOptionsBuilder builder) =>
        builder.AddSingletonActivities(typeof(T));

    /// <summary>Registers a type as singleton and its activities with the worker.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddSingletonActivities(this ITemporalWorkerServiceOptionsBuilder builder, Type type)
    {
        builder.Services.TryAddSingleton(type);
        return builder.ApplyTemporalActivities(type);
    }

    /// <summary>Registers a type as transient and its activities with the worker.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddTransientActivities<T>(this ITemporalWorkerServiceOptionsBuilder builder) =>
        builder.AddTransientActivities(typeof(T));

    /// <summary>Registers a type as transient and its activities with the worker.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddTransientActivities(this ITemporalWorkerServiceOptionsBuilder builder, Type type)
    {
        builder.Services.TryAddTransient(type);
        return builder.ApplyTemporalActivities(type);
    }

    /// <summary>Registers the activities of a type that is among the services already.</summary>
    public static ITemporalWorkerServiceOptionsBuilder ApplyTemporalActivities<T>(this ITemporalWorkerServiceOptionsBuilder builder) =>
        builder.ApplyTemporalActivities(typeof(T));

    /// <summary>Registers the activities of a type that is among the services already.</summary>
    public static ITemporalWorkerServiceOptionsBuilder ApplyTemporalActivities(this ITemporalWorkerServiceOptionsBuilder builder, Type type)
    {
        builder
            .ConfigureOptions()
            .PostConfigure<IServiceProvider>(
                (options, provider) =>
                {
                    foreach (var definition in provider.CreateTemporalActivityDefinitions(type))
                    {
                        options.AddActivity(definition);
                    }
                }
            );
        return builder;
    }

    /// <summary>Registers the static activities of a type.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddStaticActivities<T>(this ITemporalWorkerServiceOptionsBuilder builder) =>
        builder.AddStaticActivities(typeof(T));

    /// <summary>Registers the static activities of a type.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddStaticActivities(this ITemporalWorkerServiceOptionsBuilder builder, Type type) =>
        builder.ConfigureOptions(options => options.AddAllActivities(type, null));

    /// <summary>Registers the activities of an object.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddActivitiesInstance<T>(
        this ITemporalWorkerServiceOptionsBuilder builder,
        T instance
    )
        where T : notnull => builder.AddActivitiesInstance(typeof(T), instance);

    /// <summary>Registers the activities of an object.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddActivitiesInstance(
        this ITemporalWorkerServiceOptionsBuilder builder,
        Type type,
        object instance
    ) =>
        builder.ConfigureOptions(options =>
        {
            foreach (var definition in ActivityDefinition.CreateAll(type, instance))
            {
                options.AddActivity(definition);
            }
        });

    /// <summary>Registers a workflow.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddWorkflow<T>(this ITemporalWorkerServiceOptionsBuilder builder) =>
        builder.AddWorkflow(typeof(T));

    /// <summary>Registers a workflow.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddWorkflow(this ITemporalWorkerServiceOptionsBuilder builder, Type type) =>
        builder.ConfigureOptions(options => options.AddWorkflow(type));

    /// <summary>Changes the worker's options.</summary>
    /// <param name="builder">The worker.</param>
    /// <param name="configure">Changes them.</param>
    /// <param name="disallowDuplicates">Whether it is an error that a worker of this task queue and version was added before.</param>
    public static ITemporalWorkerServiceOptionsBuilder ConfigureOptions(
        this ITemporalWorkerServiceOptionsBuilder builder,
        Action<TemporalWorkerServiceOptions> configure,
        bool disallowDuplicates = false
    )
    {
        builder.ConfigureOptions(disallowDuplicates).Configure(configure);
        return builder;
    }

    /// <summary>The worker's options among the services.</summary>
    /// <param name="builder">The worker.</param>
    /// <param name="disallowDuplicates">Whether it is an error that a worker of this task queue and version was added before.</param>
    /// <exception cref="InvalidOperationException">It was.</exception>
    public static OptionsBuilder<TemporalWorkerServiceOptions> ConfigureOptions(
        this ITemporalWorkerServiceOptionsBuilder builder,
        bool disallowDuplicates = false
    )
    {
        var name = TemporalWorkerServiceIdentifier.Of(builder).OptionsName;
        var known = builder.Services.Any(service => service.ImplementationInstance is WorkerMark mark && mark.Name == name);
        if (known && disallowDuplicates)
        {
            throw new InvalidOperationException(
                $"A worker for task queue '{builder.TaskQueue}' with this version is among the services already."
            );
        }

        var options = builder.Services.AddOptions<TemporalWorkerServiceOptions>(name);
        if (!known)
        {
            builder.Services.AddSingleton(new WorkerMark(name));
            options.Configure(worker =>
            {
                worker.TaskQueue = builder.TaskQueue;
                worker.BuildId = builder.BuildId;
                worker.DeploymentOptions = builder.DeploymentOptions;
            });
        }

        return options;
    }

    /// <summary>Says that the options of this name have their first values.</summary>
    private sealed record WorkerMark(string Name);
}

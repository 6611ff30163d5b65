using System.Diagnostics;
using OpenTelemetry;
using Temporalio.Activities;
using Temporalio.Worker.Interceptors;

namespace Temporalio.Extensions.OpenTelemetry;

/// <summary>A span for each attempt of an activity, below the one that called it.</summary>
internal sealed class ActivityTracing(TracingInterceptor root, ActivityInboundInterceptor next) : ActivityInboundInterceptor(next)
{
    public override async Task<object?> ExecuteActivityAsync(ExecuteActivityInput input)
    {
        var remote = root.Read(input.Headers);

        // Seen by the attempt alone: what an asynchronous method sets ends with it.
        Baggage.Current = remote?.Baggage ?? Baggage.Current;
        using var span = TracingInterceptor.ActivitiesSource.StartActivity(
            $"RunActivity:{ActivityExecutionContext.Current.Info.ActivityType}",
            ActivityKind.Server,
            remote?.ActivityContext ?? default,
            root.InActivityTags()
        );
        try
        {
            return await Next.ExecuteActivityAsync(input);
        }
        catch (Exception error)
        {
            span?.Fail(error);
            throw;
        }
    }
}

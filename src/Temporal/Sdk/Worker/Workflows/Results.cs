using Temporalio.Api.Common.V1;
using Temporalio.Converters;

namespace Temporalio.Worker.Workflows;

/// <summary>Results that arrive as payloads.</summary>
internal static class Results
{
    /// <summary>Converts a result; <see cref="ValueTuple"/> stands for none.</summary>
    public static TResult Convert<TResult>(Payloads? payloads, IPayloadConverter converter)
    {
        if (typeof(TResult) == typeof(ValueTuple) || payloads is null or { Payloads_.Count: 0 })
        {
            return default!;
        }

        return converter.ToValue<TResult>(payloads.Payloads_[0]);
    }

    /// <summary>Completes a task with a result, or with the reason why it cannot be converted.</summary>
    public static void Set<TResult>(TaskCompletionSource<TResult> source, Payloads? payloads, IPayloadConverter converter)
    {
        TResult result;
        try
        {
            result = Convert<TResult>(payloads, converter);
        }
        catch (Exception e)
        {
            source.SetException(e);
            return;
        }

        source.SetResult(result);
    }
}

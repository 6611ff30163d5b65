using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Client.Interceptors;

namespace Temporalio.Testing;

/// <summary>Lets time be skipped exactly while a client waits for the result of a workflow.</summary>
internal sealed class TimeSkippingInterceptor : IClientInterceptor
{
    private int _disabled;

    /// <summary>The service that locks and unlocks; set when the client is connected.</summary>
    public TestService? Service { get; set; }

    public IDisposable Disable()
    {
        Interlocked.Increment(ref _disabled);
        return new Enabling(this);
    }

    public ClientOutboundInterceptor InterceptClient(ClientOutboundInterceptor nextInterceptor) => new Outbound(this, nextInterceptor);

    private sealed class Enabling(TimeSkippingInterceptor owner) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref owner._disabled);
    }

    private sealed class Outbound(TimeSkippingInterceptor owner, ClientOutboundInterceptor next) : ClientOutboundInterceptor(next)
    {
        public override async Task<WorkflowHistoryEventPage> FetchWorkflowHistoryEventPageAsync(FetchWorkflowHistoryEventPageInput input)
        {
            var waitsForResult = input is { WaitNewEvent: true, EventFilterType: HistoryEventFilterType.CloseEvent };
            if (!waitsForResult || Volatile.Read(ref owner._disabled) > 0 || owner.Service is not { } service)
            {
                return await base.FetchWorkflowHistoryEventPageAsync(input);
            }

            await service.UnlockTimeSkippingAsync(new());
            try
            {
                return await base.FetchWorkflowHistoryEventPageAsync(input);
            }
            finally
            {
                await service.LockTimeSkippingAsync(new());
            }
        }
    }
}

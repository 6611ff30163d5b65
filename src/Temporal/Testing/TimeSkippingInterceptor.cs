using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Client.Interceptors;

namespace Temporalio.Testing;

/// <summary>Lets time be skipped exactly while a client waits for the result of a workflow.</summary>
internal sealed class TimeSkippingInterceptor : IClientInterceptor
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _disabled;
    private int _waiting;

    /// <summary>The service that locks and unlocks; set when the client is connected.</summary>
    public TestService? Service { get; set; }

    public IDisposable Disable()
    {
        Interlocked.Increment(ref _disabled);
        return new Enabling(this);
    }

    public ClientOutboundInterceptor InterceptClient(ClientOutboundInterceptor nextInterceptor) => new Outbound(this, nextInterceptor);

    // Waits nest: time is skipped from the beginning of the first to the end of the last.
    private async Task EnterAsync(TestService service)
    {
        await _turn.WaitAsync();
        try
        {
            if (_waiting == 0)
            {
                await service.UnlockTimeSkippingAsync(new());
            }

            _waiting++;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task LeaveAsync(TestService service)
    {
        await _turn.WaitAsync();
        try
        {
            if (--_waiting == 0)
            {
                await service.LockTimeSkippingAsync(new());
            }
        }
        finally
        {
            _turn.Release();
        }
    }

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

            await owner.EnterAsync(service);
            try
            {
                return await base.FetchWorkflowHistoryEventPageAsync(input);
            }
            finally
            {
                await owner.LeaveAsync(service);
            }
        }
    }
}

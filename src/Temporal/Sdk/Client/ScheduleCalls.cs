using System.Runtime.CompilerServices;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Schedule.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client.Interceptors;
using Temporalio.Client.Schedules;
using Temporalio.Exceptions;
using Schedule = Temporalio.Client.Schedules.Schedule;

namespace Temporalio.Client;

/// <summary>Makes the calls about schedules. The last in the chain.</summary>
internal sealed class ScheduleCalls(ITemporalClient client) : ClientOutboundInterceptor
{
    private string Namespace => client.Options.Namespace;

    private string? Identity => client.Connection.Options.Identity;

    private WorkflowService Service => client.WorkflowService;

    /// <inheritdoc />
    public override async Task<ScheduleHandle> CreateScheduleAsync(CreateScheduleInput input)
    {
        var options = input.Options ?? new();
        var request = new CreateScheduleRequest
        {
            Namespace = Namespace,
            ScheduleId = input.Id,
            Schedule = await input.Schedule.ToProtoAsync(Namespace, client.Options.DataConverter),
            Identity = Identity,
            RequestId = Guid.NewGuid().ToString(),
            Memo = await WorkflowStarts.MemoAsync(options.Memo, client.Options.DataConverter),
            SearchAttributes = options.TypedSearchAttributes is { Count: > 0 } attributes ? attributes.ToProto() : null,
        };
        if (options.TriggerImmediately || options.Backfills.Count > 0)
        {
            request.InitialPatch = new()
            {
                TriggerImmediately = options.TriggerImmediately ? new() { OverlapPolicy = input.Schedule.Policy.Overlap } : null,
                BackfillRequest = { options.Backfills.Select(backfill => backfill.ToProto()) },
            };
        }

        try
        {
            await Service.CreateScheduleAsync(request, TemporalClient.DefaultRetryOptions(options.Rpc));
        }
        catch (RpcException error) when (error.Code == RpcException.StatusCode.AlreadyExists)
        {
            throw new ScheduleAlreadyRunningException();
        }

        return new(client, input.Id);
    }

    /// <inheritdoc />
    public override IAsyncEnumerable<ScheduleListDescription> ListSchedulesAsync(ListSchedulesInput input) => ListAsync(input);

    /// <inheritdoc />
    public override Task BackfillScheduleAsync(BackfillScheduleInput input) =>
        input.Backfills.Count == 0
            ? throw new ArgumentException("At least one period is needed.", nameof(input))
            : PatchAsync(
                input.Id,
                new() { BackfillRequest = { input.Backfills.Select(backfill => backfill.ToProto()) } },
                input.RpcOptions
            );

    /// <inheritdoc />
    public override Task PauseScheduleAsync(PauseScheduleInput input) =>
        PatchAsync(input.Id, new() { Pause = input.Note ?? "Paused via .NET SDK" }, input.RpcOptions);

    /// <inheritdoc />
    public override Task UnpauseScheduleAsync(UnpauseScheduleInput input) =>
        PatchAsync(input.Id, new() { Unpause = input.Note ?? "Unpaused via .NET SDK" }, input.RpcOptions);

    /// <inheritdoc />
    public override Task TriggerScheduleAsync(TriggerScheduleInput input) =>
        PatchAsync(
            input.Id,
            new() { TriggerImmediately = new() { OverlapPolicy = input.Options?.Overlap ?? ScheduleOverlapPolicy.Unspecified } },
            input.Options?.Rpc
        );

    /// <inheritdoc />
    public override Task DeleteScheduleAsync(DeleteScheduleInput input) =>
        Service.DeleteScheduleAsync(
            new()
            {
                Namespace = Namespace,
                ScheduleId = input.Id,
                Identity = Identity,
            },
            TemporalClient.DefaultRetryOptions(input.RpcOptions)
        );

    /// <inheritdoc />
    public override async Task<ScheduleDescription> DescribeScheduleAsync(DescribeScheduleInput input)
    {
        var raw = await Service.DescribeScheduleAsync(
            new() { Namespace = Namespace, ScheduleId = input.Id },
            TemporalClient.DefaultRetryOptions(input.RpcOptions)
        );
        var schedule = await Schedule.FromProtoAsync(raw.Schedule, Namespace, client.Options.DataConverter);
        return new(input.Id, schedule, raw, client.Options.DataConverter);
    }

    /// <inheritdoc />
    public override async Task UpdateScheduleAsync(UpdateScheduleInput input)
    {
        while (true)
        {
            var description = await client.OutboundInterceptor.DescribeScheduleAsync(new(input.Id, input.RpcOptions));
            if (await input.Updater(new(description)) is not { } update)
            {
                return;
            }

            var request = new UpdateScheduleRequest
            {
                Namespace = Namespace,
                ScheduleId = input.Id,
                Schedule = await update.Schedule.ToProtoAsync(Namespace, client.Options.DataConverter),
                ConflictToken = description.RawDescription.ConflictToken,
                Identity = Identity,
                RequestId = Guid.NewGuid().ToString(),
                SearchAttributes = update.TypedSearchAttributes?.ToProto(),
            };
            try
            {
                await Service.UpdateScheduleAsync(request, TemporalClient.DefaultRetryOptions(input.RpcOptions));
                return;
            }
            catch (RpcException error) when (error.Code == RpcException.StatusCode.FailedPrecondition)
            {
                // The schedule changed since it was described.
            }
        }
    }

    private Task<PatchScheduleResponse> PatchAsync(string id, SchedulePatch patch, RpcOptions? options) =>
        Service.PatchScheduleAsync(
            new()
            {
                Namespace = Namespace,
                ScheduleId = id,
                Patch = patch,
                Identity = Identity,
                RequestId = Guid.NewGuid().ToString(),
            },
            TemporalClient.DefaultRetryOptions(options)
        );

    private async IAsyncEnumerable<ScheduleListDescription> ListAsync(
        ListSchedulesInput input,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var (rpc, source) = (input.Options?.Rpc ?? new()).WithAdditionalCancellationToken(cancellationToken);
        using (source)
        {
            var request = new ListSchedulesRequest { Namespace = Namespace, Query = input.Options?.Query ?? string.Empty };
            do
            {
                var response = await Service.ListSchedulesAsync(request, TemporalClient.DefaultRetryOptions(rpc));
                foreach (var entry in response.Schedules)
                {
                    yield return new(entry, client.Options.DataConverter);
                }

                request.NextPageToken = response.NextPageToken;
            } while (!request.NextPageToken.IsEmpty);
        }
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;

namespace Temporalio.Worker.Workflows;

/// <summary>Markers of patches and local activities, in the form that all SDKs on Temporal's native core write and read.</summary>
internal static class Markers
{
    public const string Patch = "core_patch";
    public const string LocalActivity = "core_local_activity";
    private const string PatchData = "patch-data";
    private const string Data = "data";
    private const string ResultKey = "result";

    /// <summary>The search attribute that lists the patches of a run.</summary>
    public const string ChangeVersion = "TemporalChangeVersion";

    public static RecordMarkerCommandAttributes OfPatch(string id, bool deprecated) =>
        new() { MarkerName = Patch, Details = { [PatchData] = Json(new PatchMarker(id, deprecated), MarkerJson.Default.PatchMarker) } };

    public static RecordMarkerCommandAttributes OfLocalActivity(LocalActivityMarker marker, Payloads? result, Failure? failure)
    {
        var attributes = new RecordMarkerCommandAttributes
        {
            MarkerName = LocalActivity,
            Failure = failure,
            Details = { [Data] = Json(marker, MarkerJson.Default.LocalActivityMarker) },
        };
        if (result is not null)
        {
            attributes.Details[ResultKey] = result;
        }

        return attributes;
    }

    public static PatchMarker? ReadPatch(MarkerRecordedEventAttributes marker) =>
        marker.MarkerName == Patch ? Read(marker.Details, PatchData, MarkerJson.Default.PatchMarker) : null;

    public static LocalActivityMarker? ReadLocalActivity(MarkerRecordedEventAttributes marker) =>
        marker.MarkerName == LocalActivity ? Read(marker.Details, Data, MarkerJson.Default.LocalActivityMarker) : null;

    public static LocalActivityMarker? ReadLocalActivity(RecordMarkerCommandAttributes marker) =>
        marker.MarkerName == LocalActivity ? Read(marker.Details, Data, MarkerJson.Default.LocalActivityMarker) : null;

    /// <summary>The payloads of a local activity's result; null when there is none.</summary>
    public static Payloads? ResultOf(MapField<string, Payloads> details) => details.GetValueOrDefault(ResultKey);

    public static bool Same(RecordMarkerCommandAttributes command, MarkerRecordedEventAttributes e)
    {
        if (command.MarkerName != e.MarkerName)
        {
            return false;
        }

        if (command.MarkerName == Patch)
        {
            return Read(command.Details, PatchData, MarkerJson.Default.PatchMarker)?.Id == ReadPatch(e)?.Id;
        }

        var ours = Read(command.Details, Data, MarkerJson.Default.LocalActivityMarker);
        var theirs = ReadLocalActivity(e);
        return ours is not null
            && theirs is not null
            && ours.Seq == theirs.Seq
            && ours.ActivityType == theirs.ActivityType
            && ours.ActivityId == theirs.ActivityId;
    }

    public static string Describe(string name, MapField<string, Payloads> details) =>
        name switch
        {
            Patch => $"patch '{Read(details, PatchData, MarkerJson.Default.PatchMarker)?.Id}'",
            LocalActivity when Read(details, Data, MarkerJson.Default.LocalActivityMarker) is { } marker =>
                $"local activity '{marker.ActivityType}' with id '{marker.ActivityId}' (number {marker.Seq})",
            _ => $"marker '{name}'",
        };

    private static Payloads Json<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        new()
        {
            Payloads_ =
            {
                new Payload
                {
                    Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain") },
                    Data = UnsafeByteOperations.UnsafeWrap(JsonSerializer.SerializeToUtf8Bytes(value, type)),
                },
            },
        };

    private static T? Read<T>(MapField<string, Payloads> details, string key, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        if (!details.TryGetValue(key, out var payloads) || payloads.Payloads_.Count == 0)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(payloads.Payloads_[0].Data.Span, type);
        }
        catch (JsonException)
        {
            // Another program's marker of the same name; it matches nothing.
            return null;
        }
    }
}

/// <summary>Content of a patch marker.</summary>
internal sealed record PatchMarker(string Id, bool Deprecated);

/// <summary>Content of a local activity marker, besides its result.</summary>
internal sealed record LocalActivityMarker(
    uint Seq,
    uint Attempt,
    string ActivityId,
    string ActivityType,
    MarkerTime? CompleteTime,
    MarkerTime? Backoff,
    MarkerTime? OriginalScheduleTime
);

/// <summary>A time or duration as protobuf has it.</summary>
internal sealed record MarkerTime(long Seconds, int Nanos)
{
    public static MarkerTime Of(DateTime time) => OfTicks(time.Ticks - DateTime.UnixEpoch.Ticks);

    public static MarkerTime Of(TimeSpan time) => OfTicks(time.Ticks);

    public DateTime ToDateTime() => DateTime.UnixEpoch.AddTicks(Ticks);

    public TimeSpan ToTimeSpan() => TimeSpan.FromTicks(Ticks);

    private long Ticks => (Seconds * TimeSpan.TicksPerSecond) + (Nanos / TimeSpan.NanosecondsPerTick);

    private static MarkerTime OfTicks(long ticks) =>
        new(ticks / TimeSpan.TicksPerSecond, (int)(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick));
}

/// <summary>JSON of markers without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PatchMarker))]
[JsonSerializable(typeof(LocalActivityMarker))]
internal sealed partial class MarkerJson : JsonSerializerContext;

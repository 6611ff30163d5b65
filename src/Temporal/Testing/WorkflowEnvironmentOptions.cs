using System.Globalization;
using Temporal.Server;
using Temporalio.Client;
using Temporalio.Common;

namespace Temporalio.Testing;

/// <summary>
/// Options of <see cref="WorkflowEnvironment.StartLocalAsync"/>. <see cref="TemporalConnectionOptions.TargetHost"/> is chosen by the
/// environment.
/// </summary>
public class WorkflowEnvironmentStartLocalOptions : TemporalClientConnectOptions
{
    /// <summary>Custom search attributes that the server knows from the start.</summary>
    public IReadOnlyCollection<SearchAttributeKey>? SearchAttributes { get; set; }

    /// <summary>Where a program would be put; none is downloaded, since the server is part of this process.</summary>
    public string? DownloadDirectory { get; set; }

    /// <summary>Whether a web page is wanted; the server of this process has none.</summary>
    public bool UI { get; set; }

    /// <summary>Port of the web page; not used.</summary>
    public int UIPort { get; set; }

    /// <summary>More about the server.</summary>
    public DevServerOptions DevServerOptions { get; set; } = new();

    /// <inheritdoc/>
    public override object Clone()
    {
        var copy = (WorkflowEnvironmentStartLocalOptions)base.Clone();
        copy.DevServerOptions = (DevServerOptions)DevServerOptions.Clone();
        return copy;
    }
}

/// <summary>
/// Options of <see cref="WorkflowEnvironment.StartTimeSkippingAsync"/>. <see cref="TemporalConnectionOptions.TargetHost"/> is chosen by the
/// environment.
/// </summary>
public class WorkflowEnvironmentStartTimeSkippingOptions : TemporalClientConnectOptions
{
    /// <summary>Where a program would be put; none is downloaded, since the server is part of this process.</summary>
    public string? DownloadDirectory { get; set; }

    /// <summary>More about the server.</summary>
    public TestServerOptions TestServer { get; set; } = new();

    /// <inheritdoc/>
    public override object Clone()
    {
        var copy = (WorkflowEnvironmentStartTimeSkippingOptions)base.Clone();
        copy.TestServer = (TestServerOptions)TestServer.Clone();
        return copy;
    }
}

/// <summary>
/// More about the server of <see cref="WorkflowEnvironment.StartLocalAsync"/>. It is part of this process, so that what is about a program,
/// its download and its log, is kept and not used; messages go to the client's loggers.
/// </summary>
public class DevServerOptions : ICloneable
{
    private const int UsualBlobSizeWarn = 512 * 1024;

    /// <summary>File that the server keeps everything in; null: in memory.</summary>
    public string? DatabaseFilename { get; set; }

    /// <summary>Form of the program's log; not used.</summary>
    public string LogFormat { get; set; } = "pretty";

    /// <summary>What the program's log tells; not used.</summary>
    public string LogLevel { get; set; } = "warn";

    /// <summary>Version of the program; not used.</summary>
    public string DownloadVersion { get; set; } = "default";

    /// <summary>How long a downloaded program is good for; not used.</summary>
    public TimeSpan? DownloadTtl { get; set; }

    /// <summary>A program in place of the server of this process; must be null: no program is started here.</summary>
    public string? ExistingPath { get; set; }

    /// <summary>
    /// Arguments of the program. Used are <c>--dynamic-config-value NAME=N</c> with the names
    /// <c>limit.historyCount.suggestContinueAsNew</c> (from how many events on runs are told to continue as new) and
    /// <c>limit.blobSize.error</c> (the largest blob in bytes; as with the program, blobs that <c>limit.blobSize.warn</c> allows, 524288
    /// unless set, are never refused). The others are not.
    /// </summary>
    public IReadOnlyCollection<string>? ExtraArgs { get; set; }

    /// <inheritdoc/>
    public virtual object Clone() => MemberwiseClone();

    internal TemporalServerOptions Apply(TemporalServerOptions settings) =>
        settings with
        {
            SuggestContinueAsNewAfter = Value("limit.historyCount.suggestContinueAsNew") ?? settings.SuggestContinueAsNewAfter,
            BlobSizeLimit = Math.Max(
                Value("limit.blobSize.error") ?? settings.BlobSizeLimit,
                Value("limit.blobSize.warn") ?? UsualBlobSizeWarn
            ),
        };

    /// <summary>What the arguments say of a dynamic configuration value; the last one that says it counts.</summary>
    private int? Value(string name)
    {
        const string flag = "--dynamic-config-value";
        int? found = null;
        var afterFlag = false;
        foreach (var argument in ExtraArgs ?? [])
        {
            var value = argument.StartsWith(flag + "=", StringComparison.Ordinal) ? argument[(flag.Length + 1)..] : argument;
            if (
                (afterFlag || value != argument)
                && value.StartsWith(name + "=", StringComparison.Ordinal)
                && int.TryParse(value.AsSpan(name.Length + 1), CultureInfo.InvariantCulture, out var number)
            )
            {
                found = number;
            }

            afterFlag = argument == flag;
        }

        return found;
    }
}

/// <summary>
/// More about the server of <see cref="WorkflowEnvironment.StartTimeSkippingAsync"/>. It is part of this process, so that what is about a
/// program, its download and its arguments, is kept and not used.
/// </summary>
public class TestServerOptions : ICloneable
{
    /// <summary>Version of the program; not used.</summary>
    public string DownloadVersion { get; set; } = "default";

    /// <summary>How long a downloaded program is good for; not used.</summary>
    public TimeSpan? DownloadTtl { get; set; }

    /// <summary>A program in place of the server of this process; must be null: no program is started here.</summary>
    public string? ExistingPath { get; set; }

    /// <summary>Arguments of the program; not used.</summary>
    public IReadOnlyCollection<string>? ExtraArgs { get; set; }

    /// <inheritdoc/>
    public virtual object Clone() => MemberwiseClone();
}

using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Temporal.Server.Schedules.Specs;
using Temporalio.Api.Schedule.V1;
using Xunit;

namespace Temporal.Server.Tests.Schedules;

/// <summary>Zones that a client gives as data instead of a name.</summary>
public sealed class ScheduleTimeZoneTests
{
    private const string SystemZones = "/usr/share/zoneinfo";

    [Theory]
    [InlineData("EST5EDT,M3.2.0,M11.1.0", "2050-03-13T06:59:59Z", -5 * 60)]
    [InlineData("EST5EDT,M3.2.0,M11.1.0", "2050-03-13T07:00:00Z", -4 * 60)]
    [InlineData("EST5EDT,M3.2.0,M11.1.0", "2050-11-06T05:59:59Z", -4 * 60)]
    [InlineData("EST5EDT", "2050-11-06T06:00:00Z", -5 * 60)]
    [InlineData("<+0330>-3:30", "2050-07-01T00:00:00Z", 210)]
    [InlineData("CET-1CEST,M3.5.0,M10.5.0/3", "2027-03-28T01:00:00Z", 120)]
    [InlineData("IST-1GMT0,M10.5.0,M3.5.0/1", "2050-07-01T00:00:00Z", 60)]
    [InlineData("IST-1GMT0,M10.5.0,M3.5.0/1", "2050-01-01T00:00:00Z", 0)]
    [InlineData("AEST-10AEDT,M10.1.0,M4.1.0/3", "2050-01-01T00:00:00Z", 660)]
    [InlineData("AEST-10AEDT,M10.1.0,M4.1.0/3", "2050-07-01T00:00:00Z", 600)]
    [InlineData("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27T00:59:59Z", -120)]
    [InlineData("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27T01:00:00Z", -60)]
    [InlineData("XXX3EDT4,0/0,J365/23", "2050-12-31T23:59:59Z", -240)]
    [InlineData("AAA0BBB,J60/0,J61/0", "2048-03-01T00:00:00Z", 60)]
    [InlineData("AAA0BBB,59/0,60/0", "2048-02-29T00:00:00Z", 60)]
    public void Rule_AtATime_HasThatOffset(string rule, string at, int minutes) =>
        Assert.Equal(TimeSpan.FromMinutes(minutes), PosixZoneRule.Parse(rule).OffsetAt(Utc(at)));

    [Theory]
    [InlineData("")]
    [InlineData("E5")]
    [InlineData("EST")]
    [InlineData("EST5EDT,M13.1.0,M11.1.0")]
    [InlineData("EST5EDT,M3.6.0,M11.1.0")]
    [InlineData("EST5EDT,J366,M11.1.0")]
    [InlineData("EST5EDT,M3.2.0")]
    [InlineData("EST5EDT,now,then")]
    public void Rule_ThatIsNone_IsRefused(string rule) => Assert.Throws<FormatException>(() => PosixZoneRule.Parse(rule));

    [Fact]
    public void Data_WithChangesAndARule_HoldsEachInItsTime()
    {
        var zone = TzifZone.Read(
            File([("2000-01-01T00:00:00Z", 3600), ("2010-01-01T00:00:00Z", 7200)], first: 600, "CET-1CEST,M3.5.0,M10.5.0/3")
        );

        Assert.Equal(
            [10, 10, 60, 60, 60, 120],
            (
                (string[])
                    [
                        "1970-01-01T00:00:00Z",
                        "1999-12-31T23:59:59Z",
                        "2000-01-01T00:00:00Z",
                        "2009-12-31T23:59:59Z",
                        "2010-01-01T00:00:00Z",
                        "2010-07-01T00:00:00Z",
                    ]
            ).Select(at => (int)zone.OffsetAt(Utc(at)).TotalMinutes)
        );
        Assert.Equal(
            TimeSpan.FromHours(2),
            TzifZone.Read(File([("2010-01-01T00:00:00Z", 7200)], first: 600, "")).OffsetAt(Utc("2050-01-01T00:00:00Z"))
        );
        Assert.True(TzifZone.Read(File([], first: 600, "")).IsFixed);
        Assert.True(TzifZone.Read(File([], first: 600, "UTC0")).IsFixed);
    }

    [Fact]
    public void Data_ThatIsBroken_IsRefusedWithAReason()
    {
        var whole = File([("2000-01-01T00:00:00Z", 3600), ("2010-01-01T00:00:00Z", 7200)], first: 600, "CET-1CEST,M3.5.0,M10.5.0/3");
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Contains(
                "time zone's data",
                Assert.Throws<ScheduleSpecException>(() => TzifZone.Read(whole.AsSpan(0, length))).Message,
                StringComparison.Ordinal
            );
        }

        var random = new Random(1);
        for (var i = 0; i < 5000; i++)
        {
            var changed = (byte[])whole.Clone();
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                _ = TzifZone.Read(changed).OffsetAt(Utc("2030-06-01T00:00:00Z"));
            }
            catch (ScheduleSpecException)
            {
                continue;
            }
        }
    }

    [Fact]
    public void Data_OfAZoneOfThisMachine_IsThatZone()
    {
        if (!Directory.Exists(SystemZones))
        {
            return;
        }

        var random = new Random(2);
        foreach (
            var name in new[]
            {
                // Not America/Nuuk, whose clocks change at "-1 o'clock": .NET does not take that in; the rule is tested above.
                "Europe/Berlin",
                "America/New_York",
                "Australia/Lord_Howe",
                "Africa/Casablanca",
                "Europe/Dublin",
                "Asia/Kolkata",
                "America/Sao_Paulo",
                "Pacific/Apia",
                "Asia/Tehran",
                "Antarctica/Troll",
                "America/St_Johns",
                "Pacific/Chatham",
                "Etc/GMT+5",
                "UTC",
            }
        )
        {
            var known = TimeZoneInfo.FindSystemTimeZoneById(name);
            var zone = TzifZone.Read(System.IO.File.ReadAllBytes(Path.Combine(SystemZones, name)));
            for (var i = 0; i < 2000; i++)
            {
                var at = Utc("1980-01-01T00:00:00Z").AddSeconds(random.NextInt64(119L * 365 * 86_400));
                Assert.True(
                    known.GetUtcOffset(at) == zone.OffsetAt(at),
                    $"{name} at {at:o}: {zone.OffsetAt(at)} instead of {known.GetUtcOffset(at)}"
                );
            }
        }
    }

    [Fact]
    public void Schedule_WithAZoneAsData_ActsAtTheTimesOfThatZone()
    {
        var spec = new ScheduleSpec
        {
            Calendar =
            {
                new CalendarSpec { Hour = "2", Minute = "30" },
            },
            TimezoneData = ByteString.CopyFrom(File([], first: -18_000, "EST5EDT,M3.2.0,M11.1.0")),
        };

        // As the real server named them for America/New_York: half past two is left out on the thirteenth.
        Assert.Equal(
            ["2050-03-11T07:30:00Z", "2050-03-12T07:30:00Z", "2050-03-14T06:30:00Z"],
            new ScheduleActionTimeCalculator(ScheduleSpecNormalizer.Of(spec), "seed")
                .Following(Utc("2050-03-11T00:00:00Z"), 3)
                .Select(time => time.Actual.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture))
        );
        spec.TimezoneData = ByteString.CopyFromUtf8("Europe/Berlin");
        Assert.Throws<ScheduleSpecException>(() => ScheduleSpecNormalizer.Of(spec));
    }

    /// <summary>A file of the second version, as RFC 9636 describes it: an empty body of the first, a body, a rule.</summary>
    private static byte[] File((string At, int Offset)[] changes, int first, string rule)
    {
        var file = new List<byte>();
        Header(file, 0, 1, 1);
        file.AddRange(new byte[7]);
        Header(file, changes.Length, changes.Length + 1, 1);
        Span<byte> number = stackalloc byte[8];
        foreach (var (at, _) in changes)
        {
            BinaryPrimitives.WriteInt64BigEndian(number, new DateTimeOffset(Utc(at)).ToUnixTimeSeconds());
            file.AddRange(number);
        }

        file.AddRange(Enumerable.Range(1, changes.Length).Select(i => (byte)i));
        foreach (var offset in changes.Select(change => change.Offset).Prepend(first))
        {
            BinaryPrimitives.WriteInt32BigEndian(number, offset);
            file.AddRange(number[..4]);
            file.AddRange([0, 0]);
        }

        file.Add(0);
        file.AddRange(Encoding.ASCII.GetBytes($"\n{rule}\n"));
        return [.. file];
    }

    private static void Header(List<byte> file, int times, int types, int names)
    {
        file.AddRange("TZif2"u8);
        file.AddRange(new byte[15]);
        Span<byte> number = stackalloc byte[4];
        foreach (var count in new[] { 0, 0, 0, times, types, names })
        {
            BinaryPrimitives.WriteInt32BigEndian(number, count);
            file.AddRange(number);
        }
    }

    private static DateTime Utc(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
}

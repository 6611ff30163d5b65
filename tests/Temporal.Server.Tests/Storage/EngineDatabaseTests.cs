using Microsoft.Extensions.Logging.Abstractions;
using Temporal.Server.Storage;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Storage;

/// <summary>Changes are written one group after the other, in order.</summary>
public sealed class EngineDatabaseTests : IDisposable
{
    private readonly EngineFolder _folder = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Submit_FromManyCallers_LosesAndSwapsNothing(bool inFile)
    {
        const int Callers = 8,
            Each = 300;
        var reported = new List<(int Caller, int Number)>();
        using (var database = Open(inFile))
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, Callers)
                    .Select(caller =>
                        Task.Run(async () =>
                        {
                            for (var number = 0; number < Each; number++)
                            {
                                var item = new Item(caller, number, reported);
                                if ((caller + number) % 3 == 0)
                                {
                                    database.Submit(item, deferred: true);
                                    item = new Item(caller, ++number, reported);
                                }

                                database.Submit(item);
                                await item.Done.WaitAsync(TimeSpan.FromMinutes(1));
                            }
                        })
                    )
            );
            Assert.Equal(reported, database.Read(Rows));
        }

        foreach (var caller in reported.GroupBy(r => r.Caller))
        {
            Assert.Equal(Enumerable.Range(0, caller.Count()), caller.Select(r => r.Number));
        }

        if (inFile)
        {
            using var again = Open(inFile);
            Assert.Equal(reported, again.Read(Rows));
        }
    }

    [Fact]
    public async Task Dispose_WhileCallsStillRead_EndsThemWithoutAnotherFault()
    {
        for (var round = 0; round < 20; round++)
        {
            var database = Open(inFile: true);
            using var reading = new CountdownEvent(4);
            var reads = Enumerable
                .Range(0, 4)
                .Select(reader =>
                    Task.Run(() =>
                    {
                        for (var number = 0; ; number++)
                        {
                            // Each text is a statement of its own, which the connection remembers.
                            database.Read(db => Select(db, $"SELECT {reader}, {number}"));
                            if (number == 10)
                            {
                                reading.Signal();
                            }
                        }
                    })
                )
                .ToList();
            Assert.True(reading.Wait(TimeSpan.FromMinutes(1)));

            database.Dispose();

            foreach (var read in reads)
            {
                await Assert.ThrowsAsync<ObjectDisposedException>(() => read);
            }
        }
    }

    [Fact]
    public async Task Submit_DeferredAlone_IsWritten()
    {
        using var database = Open(inFile: true);
        var item = new Item(0, 0, []);
        database.Submit(item, deferred: true);
        await item.Done.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Dispose_WithQueuedItems_WritesThem()
    {
        List<(int, int)> reported = [];
        var database = Open(inFile: true);
        database.Submit(new Item(1, 2, reported));
        database.Dispose();
        Assert.Equal([(1, 2)], reported);
    }

    /// <summary>SQLite interrupts the rollback, too, while a statement of an interrupted connection still runs.</summary>
    [Fact]
    public async Task Submit_AfterARollbackThatFailed_IsWritten()
    {
        using var database = Open(inFile: true);
        var stuck = new StuckItem();
        database.Submit(stuck);
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => stuck.Done.WaitAsync(TimeSpan.FromMinutes(1)));

        var item = new Item(1, 2, []);
        database.Submit(item);
        await item.Done.WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal([(1, 2)], database.Read(Rows));
    }

    public void Dispose() => _folder.Dispose();

    private EngineDatabase Open(bool inFile) =>
        new(
            inFile ? _folder.DatabasePath : null,
            [new("test", ["CREATE TABLE items(key INTEGER PRIMARY KEY, caller INTEGER, number INTEGER)"])],
            NullLogger.Instance
        );

    private static List<(int, int)> Rows(SqliteConnection db)
    {
        List<(int, int)> rows = [];
        using var statement = db.Prepare("SELECT caller, number FROM items ORDER BY key");
        while (statement.Step())
        {
            rows.Add(((int)statement.Integer(0), (int)statement.Integer(1)));
        }

        return rows;
    }

    private sealed class Item(int caller, int number, List<(int Caller, int Number)> reported) : DatabaseWriteOperation
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public override void Write(SqliteConnection db)
        {
            using var insert = db.Prepare("INSERT INTO items(caller, number) VALUES(?, ?)");
            insert.Bind((long)caller).Bind((long)number).Run();
        }

        // Without a lock: one group after the other.
        public override void Committed()
        {
            reported.Add((caller, number));
            _done.SetResult();
        }

        public override void Failed(Exception exception) => _done.SetException(exception);
    }

    private sealed class StuckItem : DatabaseWriteOperation
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private SqliteStatement? _running;

        public Task Done => _done.Task;

        public override void Write(SqliteConnection db)
        {
            new Item(0, 0, []).Write(db);
            _running = db.Prepare("SELECT 1 UNION ALL SELECT 2");
            _running.Step();
            db.Interrupt();
            throw new TimeZoneNotFoundException("The item's own failure.");
        }

        public override void Committed() => _done.SetResult();

        public override void Failed(Exception exception)
        {
            _running!.Dispose();
            _done.SetException(exception);
        }
    }

    private static bool Select(SqliteConnection db, string sql)
    {
        using var statement = db.Prepare(sql);
        return statement.Step();
    }
}

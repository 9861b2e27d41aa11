using System.Net;
using PodGate.Control;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Control.History;
using PodGate.Control.Journal;
using PodGate.Core.Pods;
using PodGate.Metrics;
using PodGate.Operator.Accounts;
using PodGate.Operator.Audit;
using PodGate.Operator.Page;
using PodGate.Proxy.Connections;
using PodGate.Statistics;

namespace PodGate.Operator;

/// <summary>All that the operator API reads and does. It changes pods by <see cref="Execute"/> only.</summary>
internal sealed record OperatorSources
{
    /// <summary>The fleet as it is now.</summary>
    public required Func<FleetView> View { get; init; }

    /// <summary>Carries a command out.</summary>
    public required Func<Command, CancellationToken, Task<CommandOutcome>> Execute { get; init; }

    /// <summary>The events after a number, at most so many.</summary>
    public required Func<long, int, IReadOnlyList<Transition>> Events { get; init; }

    /// <summary>Completes at the next event.</summary>
    public required Func<Task> NextEvent { get; init; }

    /// <summary>The number of the newest event that is not kept any more; 0 when all are.</summary>
    public required Func<long> EventsForgotten { get; init; }

    /// <summary>What runs on pods at this moment.</summary>
    public required Func<IEnumerable<OpenConnection>> Connections { get; init; }

    /// <summary>Requests a second of the last minute, by pod.</summary>
    public required Func<IReadOnlyDictionary<string, double>> Rates { get; init; }

    /// <summary>The last hour of every pod.</summary>
    public required TrafficTrend Trend { get; init; }

    /// <summary>What was carried on the last days, so many, today's among them.</summary>
    public Func<int, CancellationToken, Task<IReadOnlyList<DayTraffic>>> Days { get; init; } = (_, _) => Task.FromResult<IReadOnlyList<DayTraffic>>([]);

    /// <summary>Where a client was; null: nothing of that is written down.</summary>
    public Func<IPAddress, CancellationToken, Task<ClientTrail>>? Trail { get; init; }

    /// <summary>Which slots carried much lately.</summary>
    public Func<SlotsSeen> Slots { get; init; } = () => SlotsSeen.None;

    /// <summary>Reads the configuration file again; the argument confirms what needs to be confirmed.</summary>
    public required Func<bool, CancellationToken, Task<ReloadOutcome>> Reload { get; init; }

    /// <summary>Lets another process take over; null: this gate cannot.</summary>
    public IUpgrading? Upgrading { get; init; }

    /// <summary>What is wrong with the configuration file; null when it is in force.</summary>
    public required Func<IReadOnlyList<string>?> LastReload { get; init; }

    /// <summary>The admin port's settings in force.</summary>
    public required Func<AdminSettings> Settings { get; init; }

    /// <summary>The durable memory.</summary>
    public required IJournal Journal { get; init; }

    /// <summary>Who may.</summary>
    public required TokenStore Tokens { get; init; }

    /// <summary>Who may, of people.</summary>
    public required People People { get; init; }

    /// <summary>Who is signed in.</summary>
    public required SessionStore Sessions { get; init; }

    /// <summary>Who did what.</summary>
    public required AuditTrail Audit { get; init; }

    /// <summary>The lease of rolling work.</summary>
    public required RollLease Rolls { get; init; }

    /// <summary>What people are told, and what they say to it.</summary>
    public required Outbox Outbox { get; init; }

    /// <summary>Whether this gate can serve.</summary>
    public required Readiness Readiness { get; init; }

    /// <summary>What does not keep the gate from serving, and wants somebody.</summary>
    public Func<IReadOnlyList<string>> Warnings { get; init; } = () => [];

    /// <summary>The metrics page.</summary>
    public required MetricsPage Metrics { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}

//! Runs made at random, whose calls end in any order, never spend more than they may.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use proptest::{prelude::*, sample::select};
use rlm::{Budget, Confidence, Engine, Models, Run, Settings, Usage};
use rlm_model::{BoxFuture, Model, ModelError, Money, Price, Pricing, Reply, Request, Role};

/// Cells that spend, in all the ways there are.
static CELLS: [&str; 9] = [
    "got = llm_query_batched(['q' * 40] * 7)",
    "got = [llm_query(f'q {n}') for n in range(6)]",
    "got = rlm_query_batched(['look'] * 3, contexts=['text'] * 3)",
    "got = rlm_query('look', inherit=True)",
    "got = parallel_map(lambda n: llm_query(str(n)), range(5))",
    "import asyncio\nasync def main():\n    return await asyncio.gather(*[llm_query_async(str(n)) for n in range(5)])\ngot = \
     asyncio.run(main())",
    "got = llm_vote('same', 4)",
    "got = llm_query('n', schema='integer')",
    "for _ in range(3):\n    try:\n        llm_query('again' * 30)\n    except RuntimeError:\n        pass",
];

/// A model that takes all it may, at its own pace.
struct Greedy {
    name: &'static str,
    cells: Vec<&'static str>,
    calls: AtomicU64,
    seed: u64,
    spent: Arc<[AtomicU64; 3]>,
}

const PRICE: Price = Price { input: 3.0, cached_input: None, cache_write: None, output: 15.0 };

impl Model for Greedy {
    fn name(&self) -> &str {
        self.name
    }

    fn complete(&self, request: Request) -> BoxFuture<'_, Result<Reply, ModelError>> {
        let call = self.calls.fetch_add(1, Relaxed);
        let mixed = (call + 1).wrapping_mul(self.seed | 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        let said = request.messages.iter().filter(|message| message.role == Role::Assistant).count();
        let text = match request.messages.len() {
            1 => "reply".to_owned(),
            _ => self.cells.get(said).map_or("FINAL(done)".to_owned(), |cell| format!("```repl\n{cell}\n```")),
        };
        let input: usize = request.messages.iter().map(|message| message.content.len()).sum();
        let most = u64::from(request.max_output_tokens.unwrap_or(1));
        // Reasoning models use all they are given, whatever they say in the end.
        let usage = Usage {
            calls: 1,
            input_tokens: (input as u64 / 2).max(1),
            output_tokens: if mixed.is_multiple_of(3) { most } else { mixed % most.max(1) },
            ..Usage::default()
        };
        Box::pin(async move {
            tokio::time::sleep(Duration::from_micros(mixed % 500)).await;
            for (sum, more) in self.spent.iter().zip([1, usage.input_tokens, usage.output_tokens]) {
                sum.fetch_add(more, Relaxed);
            }
            Ok(Reply { usage, ..Reply::text(text) })
        })
    }

    fn cost(&self, usage: &Usage) -> Option<Money> {
        Pricing::Set(PRICE).cost(usage)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 32, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_run_spends_more_than_it_may(
        cells in proptest::collection::vec(select(&CELLS[..]), 1..5),
        child in select(&CELLS[..]),
        seed in any::<u64>(),
        sub_calls in 0u64..40,
        input_tokens in proptest::option::of(0u64..60_000),
        output_tokens in proptest::option::of(0u64..6_000),
        cents in proptest::option::of(0u32..30),
        agree in proptest::option::weighted(0.2, 2u32..4),
    ) {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        let engine = ENGINE.get_or_init(|| Engine::new().unwrap()).clone();
        let spent: Arc<[AtomicU64; 3]> = Arc::default();
        let below: Arc<[AtomicU64; 3]> = Arc::default();
        let greedy = |name, cells, spent: &Arc<[AtomicU64; 3]>| {
            Arc::new(Greedy { name, cells, calls: AtomicU64::new(0), seed, spent: spent.clone() })
        };
        let (root, sub) = (greedy("root", cells, &spent), greedy("sub", vec![child], &below));
        let money = cents.and_then(|cents| Money::from_dollars(f64::from(cents) / 100.0));
        let budget = Budget { iterations: 6, sub_calls, input_tokens, output_tokens, money, ..Budget::default() };
        let confidence = Confidence { agree, ..Confidence::default() };
        let settings = Settings { budget, confidence, max_output_tokens: Some(200), ..Settings::default() };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap();
        let report = runtime.block_on(Run::new(engine, Models::new(root, sub), settings).ask("What?", Vec::new())).unwrap();
        let sum = |kind: usize| spent[kind].load(Relaxed) + below[kind].load(Relaxed);
        prop_assert!(below[0].load(Relaxed) <= sub_calls, "{report:?}");
        prop_assert!(sum(1) <= input_tokens.unwrap_or(u64::MAX), "{report:?}");
        prop_assert!(sum(2) <= output_tokens.unwrap_or(u64::MAX), "{report:?}");
        let cost = report.cost().unwrap();
        prop_assert!(cost <= money.unwrap_or(Money(u64::MAX)), "{report:?}");
        // What the report says is what was spent.
        let total = report.usage.values().fold(Usage::default(), |sum, usage| sum + *usage);
        prop_assert_eq!((total.calls, total.input_tokens, total.output_tokens), (sum(0), sum(1), sum(2)));
        prop_assert_eq!(report.sub_calls, below[0].load(Relaxed));
    }
}
